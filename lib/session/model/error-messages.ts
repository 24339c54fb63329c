import { freshSignIn } from "./fresh-sign-in";
import type { SignInParameters } from "./sign-in-parameters";

/*
 * What people read when something fails, in one place. A page draws it with `SessionErrorMessage`
 * or on the sign-in page; a route handler returns title and text as `message`.
 */

export interface ErrorMessage {
  tone: "info" | "warning" | "danger";
  title: string;
  /** What the user can do about it. */
  text: string;
}

interface SessionErrorText extends ErrorMessage {
  /** HTTP status of a handler's response. */
  status: 401 | 403 | 404 | 500 | 503;
  /** The button beside the message. */
  remedy?: "sign in" | "authenticate" | "get permissions" | "try again";
  /** For `authenticate`: the parameters of the authorization request. */
  parameters?: SignInParameters;
}

const sessionHasEnded: SessionErrorText = {
  status: 401,
  tone: "warning",
  title: "Your session has ended",
  text: "Sign in again to continue where you were.",
  remedy: "sign in",
};

const sessionErrorTable = {
  /** There is no session. */
  signed_out: {
    ...sessionHasEnded,
    title: "You are signed out",
    text: "Sign in to continue where you were.",
  },
  /** Logto rejected the grant. */
  session_ended: sessionHasEnded,
  /** Logto issued no refresh token at sign-in, so no other token can be requested. */
  no_refresh_token: {
    status: 403,
    tone: "warning",
    title: "This session has no refresh token of Logto",
    text: "LOGTO_SCOPES probably lacks offline_access. Add it, then sign out and in again.",
  },
  /** The user lacks the role or the permission. */
  not_allowed: {
    status: 403,
    tone: "warning",
    title: "You don't have access to this",
    text: "If you need it, ask whoever manages accounts here for the role or the permission. If you received it after you signed in, sign in again.",
    remedy: "get permissions",
  },
  /** The user is not a member of the organization. */
  not_a_member: {
    status: 403,
    tone: "warning",
    title: "You are not a member of this organization",
    text: "Memberships are managed at Logto. Ask whoever manages them to add you.",
    remedy: "get permissions",
  },
  /** LOGTO_SCOPES lacked a scope at sign-in. */
  scope_missing: {
    status: 403,
    tone: "warning",
    title: "A scope was not requested when you signed in",
    text: "Organizations need urn:logto:scope:organizations in LOGTO_SCOPES. Add it, then sign out and in again.",
  },
  /** The resource is not in LOGTO_RESOURCES, or Logto does not know it. */
  resource_not_configured: {
    status: 500,
    tone: "danger",
    title: "Logto issues no token for this API resource",
    text: "The resource must be registered at Logto under this indicator, and be in LOGTO_RESOURCES when you sign in. Check both, then sign out and in again.",
  },
  /** No API resource is configured, or none of its permissions. */
  api_not_configured: {
    status: 404,
    tone: "info",
    title: "No API is set up here",
    text: "Register an API resource at Logto, set LOGTO_RESOURCES to its indicator and add its permissions to LOGTO_SCOPES; then sign out and in again.",
  },
  /** The action needs a sign-in of the last few minutes. */
  sign_in_again: {
    status: 401,
    tone: "warning",
    title: "This needs a sign-in of the last few minutes",
    text: "That protects your account in a browser that you left open. Sign in again, then repeat what you did.",
    remedy: "authenticate",
    parameters: freshSignIn,
  },
  /** The user authenticated in a weaker way, or with fewer factors. */
  stronger_sign_in_needed: {
    status: 401,
    tone: "warning",
    title: "This needs a stronger proof of who you are",
    text: "Sign in again, and Logto asks for it: a second factor, for example. If your account has none yet, set one up at Logto first.",
    remedy: "authenticate",
    parameters: { prompt: "consent", acr_values: "urn:logto:acr:mfa" },
  },
  /** The database does not respond. */
  database_unavailable: {
    status: 503,
    tone: "warning",
    title: "Our database does not respond",
    text: "You are still signed in, and nothing is lost. Wait a moment and try again.",
    remedy: "try again",
  },
  /** Logto does not respond. */
  provider_unavailable: {
    status: 503,
    tone: "warning",
    title: "Logto does not respond",
    text: "You are still signed in, and nothing is lost. Wait a moment and try again.",
    remedy: "try again",
  },
  /** Logto rejects this app's configuration, such as its client secret. */
  provider_refused: {
    status: 500,
    tone: "danger",
    title: "Logto rejected the request",
    text: "The configuration of this site is probably wrong, such as its client secret. The server's log has the reason.",
    remedy: "try again",
  },
} satisfies Record<string, SessionErrorText>;

/** Why something that needs a session or an access token failed. */
export type SessionErrorCode = keyof typeof sessionErrorTable;

export const sessionErrors: Record<SessionErrorCode, SessionErrorText> = sessionErrorTable;

/** Whether a code means that there is no session (any more), so that the user must sign in. */
export const isSignedOut = (code: SessionErrorCode): boolean =>
  sessionErrors[code].remedy === "sign in";

/** Checks a code that came from outside, such as a query or a response body. */
export function isSessionErrorCode(text: string): text is SessionErrorCode {
  return Object.hasOwn(sessionErrors, text);
}

/** The code in the digest of a SessionError that reached the browser; null for other errors. */
export function codeFromDigest(digest: string | null): SessionErrorCode | null {
  const code = /^session:(.*)$/.exec(digest ?? "")?.[1];
  return code !== undefined && isSessionErrorCode(code) ? code : null;
}

const tryAgain = "Try again; if it keeps happening, tell whoever runs this site.";

const misconfigured: ErrorMessage = {
  tone: "danger",
  title: "Sign-in does not work right now",
  text: `This site and the sign-in service did not understand each other. You did nothing wrong. ${tryAgain}`,
};

const interrupted: ErrorMessage = {
  tone: "warning",
  title: "Sign-in was interrupted",
  text: "It took too long, or was started in another tab or browser. Start again from here.",
};

/** Messages of the sign-in page by the `error` in its address: codes of Auth.js and our own. */
const signInErrors = {
  OAuthCallbackError: {
    tone: "warning",
    title: "Sign-in was not completed",
    text: "It was cancelled, or the sign-in service rejected it. You can start again.",
  },
  AccessDenied: {
    tone: "danger",
    title: "This account may not sign in here",
    text: "The sign-in service knows you, but your account has no access to this site. Sign in with another account, or ask for access.",
  },
  DatabaseUnavailable: {
    tone: "warning",
    title: "Our database does not respond",
    text: "Nothing is lost. Wait a moment and try again.",
  },
  ProviderUnavailable: {
    tone: "warning",
    title: "The sign-in service does not respond",
    text: "Your account is fine. Wait a minute and try again.",
  },
  SessionEnded: {
    tone: "info",
    title: "Your session has ended",
    text: "Sign in again to continue where you were.",
  },
  StepUpFailed: {
    tone: "warning",
    title: "Logto could not confirm that it is you",
    text: "Your account has probably no second factor. Set one up at Logto. If you were signed in, you still are.",
  },
  SessionRequired: {
    tone: "info",
    title: "That page is for signed-in people",
    text: "You return to it after signing in.",
  },
  SessionUnreadable: {
    tone: "info",
    title: "Your session could not be read",
    text: "It was changed on the way, or is older than an update of this site. Sign in again.",
  },
  SignInParameterError: {
    tone: "warning",
    title: "This way to sign in is not available",
    text: "The link or button asked for something that this site does not allow. Sign in from here.",
  },
  Configuration: misconfigured,
  OAuthSignInError: misconfigured,
  CallbackRouteError: misconfigured,
  SessionTokenError: interrupted,
  InvalidCheck: interrupted,
  MissingCSRF: interrupted,
} satisfies Record<string, ErrorMessage>;

/**
 * Error codes of the sign-in page. Auth.js itself reports nearly everything to the browser as
 * `Configuration`, an outage of Logto included.
 */
export type SignInErrorCode = keyof typeof signInErrors;

const signInMessages = new Map<string, ErrorMessage>(Object.entries(signInErrors));

const signInFailed: ErrorMessage = {
  tone: "danger",
  title: "You could not be signed in",
  text: `Something went wrong on the way. ${tryAgain}`,
};

/** The message of the sign-in page for a code from its address; a general one for unknown codes. */
export const signInMessage = (code: string): ErrorMessage =>
  signInMessages.get(code) ?? signInFailed;
