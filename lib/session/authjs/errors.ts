import type { NextAuthConfig } from "next-auth";
import { z } from "zod";
import { isDatabaseError } from "@/lib/database-error";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { isLogtoError } from "@/lib/logto/errors";
import type { SignInErrorCode } from "../model/error-messages";
import type { SignInContext } from "./sign-in-context";

/** An error and its causes, outermost first. Auth.js wraps an error as `cause.err`. */
function causeChain(error: Error): Error[] {
  const chain = [error];
  for (let next = causeOf(error); next && chain.length < 8; next = causeOf(next)) chain.push(next);
  return chain;
}

function causeOf(error: Error): Error | undefined {
  const { cause } = error;
  if (cause instanceof Error) return cause;
  const wrapped =
    typeof cause === "object" && cause !== null && "err" in cause ? cause.err : undefined;
  return wrapped instanceof Error ? wrapped : undefined;
}

/**
 * The type of an error. Auth.js has it in `type`; a production build shortens the class name in
 * `name`.
 */
const errorType = (error: Error): string =>
  "type" in error && typeof error.type === "string" ? error.type : error.name;

const oauthError = z.union([
  z.object({ error: z.string() }).transform(({ error }) => error),
  z
    .object({
      cause: z.tuple([z.object({ parameters: z.object({ error: z.string() }) })], z.unknown()),
    })
    .transform(({ cause: [challenge] }) => challenge.parameters.error),
]);

/**
 * The OAuth error code in a response of Logto: from its body (RFC 6749 §5.2) or its challenge (RFC
 * 6750 §3).
 */
const oauthErrorCode = (error: Error): string | undefined => oauthError.safeParse(error).data;

/** Errors that a user causes with an old link, another tab or the Back button. */
const interruptions = ["InvalidCheck", "MissingCSRF", "UnknownAction"];

/** The code of the message that the sign-in page shows for an error of Auth.js or Logto. */
export function toSignInError(error: Error): SignInErrorCode {
  const chain = causeChain(error);
  if (chain.some(isDatabaseError)) return "DatabaseUnavailable";
  const logtoError = chain.find(isLogtoError);
  if (logtoError)
    return logtoError.code === "unavailable" ? "ProviderUnavailable" : "Configuration";
  for (const kind of ["OAuthCallbackError", "AccessDenied", "SignInParameterError"] as const)
    if (chain.some((each) => errorType(each) === kind)) return kind;
  if (chain.some((each) => interruptions.includes(errorType(each)))) return "InvalidCheck";
  // The authorization code was used before or has expired.
  if (chain.some((each) => oauthErrorCode(each) === "invalid_grant")) return "InvalidCheck";
  const code = chain
    .map((each) => ("code" in each ? each.code : undefined))
    .find((each) => typeof each === "string");
  // From oauth4webapi: the state differs, the code is missing, or the response is unreadable.
  if (code === "OAUTH_INVALID_RESPONSE") return "InvalidCheck";
  return chain.some(isOutage) ? "ProviderUnavailable" : "Configuration";
}

function isOutage(error: Error): boolean {
  if (error.name === "TimeoutError" || error.message === "fetch failed") return true;
  const code = "code" in error ? String(error.code) : "";
  return /^E(CONN|HOST|AI_)|^UND_ERR|^OAUTH_(RESPONSE_IS_NOT|PARSE_ERROR)/.test(code);
}

const logtoErrorText = z
  .object({ error: z.string(), error_description: z.string().optional() })
  .transform(({ error, error_description }) =>
    [error, error_description].filter(Boolean).join(": "),
  );

/**
 * Logs each error of Auth.js in one line: what happened and its causes, without stack traces,
 * tokens or bodies.
 *
 * @param context of the request; receives the error
 */
export const authLogger = (context: SignInContext): NonNullable<NextAuthConfig["logger"]> => ({
  error(error) {
    context.error = error;
    const chain = causeChain(error);
    const logtoError = chain.find(isLogtoError);
    if (logtoError) {
      const { AUTH_LOGTO_ISSUER: issuer } = env();
      return log.error("sign-in failed", { issuer, reason: logtoError.message });
    }
    const reasons = chain.map((each) => {
      const code = oauthErrorCode(each);
      return `${each.message.replace(/\.? ?Read more at \S+/, "")}${code ? ` (${code})` : ""}`;
    });
    const reason =
      [...new Set([...reasons, context.logtoError].filter(Boolean))].join(": ") || undefined;
    log[toSignInError(error) === "Configuration" ? "error" : "warn"](errorType(error), { reason });
  },
  warn(code) {
    if (env().NODE_ENV !== "production") log.warn(code);
  },
  debug(message, metadata) {
    // Only this debug line has the error that Logto sent back. Other debug lines contain tokens, so
    // they are not logged.
    if (message === "OAuthCallbackError")
      context.logtoError = logtoErrorText.safeParse(metadata).data;
  },
});
