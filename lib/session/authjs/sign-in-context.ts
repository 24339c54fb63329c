import type { SignInParameters } from "../model/sign-in-parameters";

/** What our route, the callbacks of Auth.js and its logger tell each other about one request. */
export interface SignInContext {
  /** Whether a page of ours sent the request. Auth.js then needs no CSRF token. */
  isSameOrigin?: boolean;
  /** The parameters of the authorization request that the form set. */
  parameters?: SignInParameters;
  /** Why the sign-in does not begin: the form set a parameter that is not allowed. */
  rejection?: Error;
  /** The page to return to; untrusted. */
  callbackUrl?: string | undefined;
  /** The grant that Logto issued. It is revoked if the sign-in fails later. */
  grant?: { subject: string; refreshToken: string | undefined };
  /** The error that Auth.js logged. */
  error?: Error;
  /** Error and description that Logto sent to the callback. */
  logtoError?: string | undefined;
}

/**
 * The key is the request that Auth.js's handler gets: Auth.js creates its configuration for each
 * request, and each of the callbacks in it sees only a part of the sign-in.
 */
const contexts = new WeakMap<Request, SignInContext>();

/** The context of a request to Auth.js. */
export function signInContext(request: Request | undefined): SignInContext {
  const context = (request && contexts.get(request)) ?? {};
  if (request) contexts.set(request, context);
  return context;
}
