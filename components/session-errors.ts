import type { AlertTone } from "@/components/ui/alert";
import { SessionError, type SessionErrorCode } from "@/lib/session/errors";

interface SessionMessage {
  tone: AlertTone;
  title: string;
  text: string;
  /** What helps at once, if anything does. */
  remedy?: "sign in" | "try again";
}

const ended: SessionMessage = {
  tone: "warning",
  title: "Logto no longer accepts this session",
  text: "You were probably signed out elsewhere, or your account was changed.",
  remedy: "sign in",
};

/** What happened and what to do, where Logto gives no token or no claims. */
export const sessionMessages: Record<SessionErrorCode, SessionMessage> = {
  signed_out: ended,
  session_ended: ended,
  no_grant: {
    tone: "warning",
    title: "This session has no refresh token",
    text: "Without one, Logto gives no further tokens. Add offline_access to LOGTO_SCOPES, then sign out and in again.",
  },
  not_a_member: {
    tone: "warning",
    title: "You are not a member of this organization",
    text: "Memberships are managed at Logto. Whoever does that for you can add you.",
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

/**
 * For `catch`: the error as one to explain on the page.
 *
 * @throws whatever is none of the session's errors
 */
export function asSessionError(error: unknown): SessionError {
  if (error instanceof SessionError) return error;
  throw error;
}
