import { hasErrorName } from "@/lib/process-wide";
import { sessionErrors, type SessionErrorCode } from "./error-messages";
import type { SignInParameters } from "./sign-in-parameters";

/**
 * Thrown by guards and by functions that return tokens. The message is for developers and contains
 * no token.
 */
export class SessionError extends Error {
  override name = "SessionError";

  /** HTTP status of a handler's response. */
  readonly status: number;
  /** Next.js passes this to `error.tsx` in production, where the browser gets no message. */
  readonly digest: string;

  constructor(
    readonly code: SessionErrorCode,
    message: string,
    /** If authenticating again helps: the parameters of that authorization request. */
    readonly parameters = sessionErrors[code].parameters,
  ) {
    super(message);
    // Next.js prints this when a page throws. An outage is not a bug, and is in the log already.
    this.stack = `${this.name}: ${message}`;
    this.status = sessionErrors[code].status;
    this.digest = `session:${code}`;
  }
}

/** True also for a SessionError that another bundle threw. */
export const isSessionError = (error: unknown): error is SessionError =>
  hasErrorName(error, "SessionError");

/**
 * For `catch`: returns a SessionError and throws anything else.
 *
 * @throws the error itself, unless it is a SessionError
 */
export function asSessionError(error: unknown): SessionError {
  if (isSessionError(error)) return error;
  throw error;
}

/**
 * The response of a handler to a request that it can't serve.
 *
 * @returns 401 with a challenge, 403, 404, 500, or 503 with `Retry-After`; JSON with `error` (the
 *   code) and `message`
 */
export function errorResponse({
  code,
  status,
  parameters,
}: Pick<SessionError, "code" | "status"> & Partial<SessionError>): Response {
  const { title, text } = sessionErrors[code];
  const headers = new Headers({ "cache-control": "private, no-store" });
  if (status === 401) headers.set("www-authenticate", challenge(parameters));
  if (status === 503) headers.set("retry-after", "5");
  return Response.json({ error: code, message: `${title}. ${text}` }, { status, headers });
}

/**
 * The challenge that a 401 needs (RFC 9110 §15.5.2): how the user must authenticate (RFC 9470 §3),
 * or else that there is no session. No registered scheme fits a session cookie.
 */
function challenge(parameters: SignInParameters | undefined): string {
  if (!parameters) return "Session";
  const required = Object.entries(parameters)
    .filter(([name]) => name === "max_age" || name === "acr_values")
    .map(([name, value]) => `, ${name}="${value}"`);
  return `Bearer error="insufficient_user_authentication"${required.join("")}`;
}
