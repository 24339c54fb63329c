/** What becomes of one sign-in at Logto, for the route that has Auth.js answer it. */
export interface SignInContext {
  /** Whether a page of ours sent the request, so that Auth.js need not look for its CSRF token. */
  isSameOrigin?: boolean;
  /** Where the browser asks to come back to: anything. */
  callbackUrl?: string | undefined;
  /** The grant that Logto gave: revoked should the sign-in fail from there on. */
  grant?: { subject: string; refreshToken: string | undefined };
  /** What Auth.js told its logger. */
  error?: Error;
  /** The error that Logto sent back to the callback, with its description. */
  logtoError?: string | undefined;
}

/**
 * By the request that Auth.js's handler gets: its configuration is made for that very request, and
 * the callbacks in it see only parts of a sign-in.
 */
const contexts = new WeakMap<Request, SignInContext>();

/** The context of a request to Auth.js. */
export function signInContext(request: Request | undefined): SignInContext {
  const context = (request && contexts.get(request)) ?? {};
  if (request) contexts.set(request, context);
  return context;
}
