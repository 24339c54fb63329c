import type { AlertTone } from "@/components/ui/alert";
import type { SessionErrorCode } from "@/lib/session/model/errors";

interface SessionMessage {
  tone: AlertTone;
  title: string;
  text: string;
  /** What helps at once, if anything does. */
  remedy?: "sign in" | "get permissions" | "try again";
}

const sessionEnded: SessionMessage = {
  tone: "warning",
  title: "Your session has ended",
  text: "Logto no longer accepts it. Sign in again to go on where you were.",
  remedy: "sign in",
};

/** What happened and what to do, where a session, a token or the claims can't be had. */
export const sessionMessages: Record<SessionErrorCode, SessionMessage> = {
  signed_out: sessionEnded,
  session_ended: sessionEnded,
  no_refresh_token: {
    tone: "warning",
    title: "This session has no refresh token of Logto",
    text: "LOGTO_SCOPES probably lacks offline_access. Add it, then sign out and in again.",
  },
  not_allowed: {
    tone: "warning",
    title: "You don't have access to this",
    text: "If you need it, ask whoever manages accounts here for the role or the permission. What you were given since you signed in comes with a new sign-in.",
    remedy: "get permissions",
  },
  not_a_member: {
    tone: "warning",
    title: "You are not a member of this organization",
    text: "Memberships are managed at Logto. Whoever does that for you can add you.",
    remedy: "get permissions",
  },
  scope_missing: {
    tone: "warning",
    title: "A scope was not asked for when you signed in",
    text: "Organizations need urn:logto:scope:organizations in LOGTO_SCOPES. Add it, then sign out and in again.",
  },
  resource_not_configured: {
    tone: "danger",
    title: "Logto gives no token for this API resource",
    text: "It must be registered at Logto under this indicator and be in LOGTO_RESOURCES when you sign in. Check both, then sign out and in again.",
  },
  api_not_configured: {
    tone: "info",
    title: "No API is set up here",
    text: "Register an API resource at Logto, set LOGTO_RESOURCES to its indicator and add its permissions to LOGTO_SCOPES; then sign out and in again.",
  },
  sign_in_again: {
    tone: "warning",
    title: "This needs a sign-in of the last few minutes",
    text: "So that nobody else does it from a browser that you left open. Sign in again, then repeat it.",
    remedy: "sign in",
  },
  database_unavailable: {
    tone: "warning",
    title: "Our database does not answer",
    text: "You are still signed in, and nothing is lost. Wait a moment and try again.",
    remedy: "try again",
  },
  provider_unavailable: {
    tone: "warning",
    title: "Logto does not answer",
    text: "You are still signed in, and nothing is lost. Wait a moment and try again.",
    remedy: "try again",
  },
  provider_refused: {
    tone: "danger",
    title: "Logto refused the request",
    text: "The configuration of this site is probably wrong, such as its client secret. The server's log has the reason.",
    remedy: "try again",
  },
};

/** Whether a text from outside, such as a query, is the code of one of the session's errors. */
export function isSessionErrorCode(text: string): text is SessionErrorCode {
  return Object.hasOwn(sessionMessages, text);
}

/** The code in the digest that a SessionError takes to the browser; null for any other error's. */
export function sessionErrorCodeOf(digest: string | null): SessionErrorCode | null {
  const code = /^session:(.*)$/.exec(digest ?? "")?.[1];
  return code !== undefined && isSessionErrorCode(code) ? code : null;
}
