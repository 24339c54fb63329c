import { log } from "@/lib/log";
import type { SessionError } from "./errors";

const messages: Record<number, string> = {
  403: "You are signed in, but not allowed to do this.",
  500: "This site is not set up for it. The server's log has the reason.",
  503: "Try again in a moment.",
};

/**
 * What a handler answers where a session, or something that it needs, is not to be had.
 *
 * @returns 401 with a challenge, 403, 500, or 503 with the time to wait; JSON with `error`, a code, and `message`
 */
export function refusal({ code, status, message }: SessionError): Response {
  if (status === 500) log.error("a request could not be served", { code, reason: message });
  const over = code === "session_ended" ? "Your session has ended. Sign in again." : "Sign in to use this.";
  const headers = new Headers({ "cache-control": "private, no-store" });
  // RFC 9110 §15.5.2 wants a challenge with a 401; a session is no scheme of the registry, so it names itself.
  if (status === 401) headers.set("www-authenticate", "Session");
  if (status === 503) headers.set("retry-after", "5");
  return Response.json({ error: code, message: messages[status] ?? over }, { status, headers });
}
