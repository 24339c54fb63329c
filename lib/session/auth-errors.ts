import { AsyncLocalStorage } from "node:async_hooks";
import type { NextAuthConfig } from "next-auth";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { LogtoError } from "@/lib/logto/errors";

/**
 * Error codes that the sign-in page explains. Auth.js itself tells a browser `Configuration` for nearly everything, an
 * outage of the provider included.
 */
export type SignInError =
  | "AccessDenied"
  | "Configuration"
  | "InvalidCheck"
  | "OAuthCallbackError"
  | "ProviderUnavailable"
  | "SessionEnded"
  | "SessionUnreadable";

/** What Auth.js logged while it answered one request; filled by its logger, read by our route. */
const answering = new AsyncLocalStorage<{ error: Error | undefined }>();

/**
 * Lets Auth.js answer a request, and says why it failed where its own redirect to the error page does not.
 *
 * @param handle Auth.js's handler
 */
export async function explainErrors(handle: () => Promise<Response>): Promise<Response> {
  const seen: { error: Error | undefined } = { error: undefined };
  const response = await answering.run(seen, handle);
  const location = response.headers.get("location");
  if (!seen.error || !location) return response;
  const url = new URL(location);
  if (url.searchParams.get("error") !== "Configuration") return response;
  url.searchParams.set("error", signInErrorOf(seen.error));
  const headers = new Headers(response.headers);
  headers.set("location", url.href);
  return new Response(null, { status: response.status, headers });
}

/** The errors behind an error, outermost first. Auth.js wraps what it caught as `cause.err`. */
function chainOf(error: Error): Error[] {
  const chain = [error];
  for (let next = causeOf(error); next && chain.length < 8; next = causeOf(next)) chain.push(next);
  return chain;
}

function causeOf(error: Error): Error | undefined {
  const { cause } = error;
  if (cause instanceof Error) return cause;
  const wrapped = typeof cause === "object" && cause !== null && "err" in cause ? cause.err : undefined;
  return wrapped instanceof Error ? wrapped : undefined;
}

/** Which of the sign-in page's sentences fits an error of Auth.js. */
export function signInErrorOf(error: Error): SignInError {
  const chain = chainOf(error);
  if (chain.some((each) => each instanceof LogtoError && each.code === "unavailable"))
    return "ProviderUnavailable";
  if (chain.some((each) => each.name === "InvalidCheck")) return "InvalidCheck";
  const code = chain
    .map((each) => ("code" in each ? each.code : undefined))
    .find((each) => typeof each === "string");
  switch (code) {
    // oauth4webapi's: the state differs, the code is missing, or the answer can't be read.
    case "OAUTH_INVALID_RESPONSE":
      return "InvalidCheck";
    case "OAUTH_MISSING_SERVER_METADATA":
    case "OAUTH_RESPONSE_BODY_ERROR":
    case "OAUTH_WWW_AUTHENTICATE_CHALLENGE":
      return "Configuration";
    default:
      return chain.some(isOutage) ? "ProviderUnavailable" : "Configuration";
  }
}

function isOutage(error: Error): boolean {
  if (error.name === "TimeoutError" || error.message === "fetch failed") return true;
  const code = "code" in error ? String(error.code) : "";
  return /^E(CONN|HOST|AI_)|^UND_ERR|^OAUTH_(RESPONSE_IS_NOT|PARSE_ERROR)/.test(code);
}

/** Auth.js's errors as one line each: what happened and what lies behind it, without stack traces, tokens or bodies. */
export const authLogger: NonNullable<NextAuthConfig["logger"]> = {
  error(error) {
    const store = answering.getStore();
    if (store) store.error = error;
    const reasons = chainOf(error).map((each) => {
      const code = "error" in each && typeof each.error === "string" ? ` (${each.error})` : "";
      return `${each.message.replace(/\.? ?Read more at \S+/, "")}${code}`;
    });
    log.error(error.name, { reason: [...new Set(reasons.filter(Boolean))].join(": ") });
  },
  warn(code) {
    if (env().NODE_ENV !== "production") log.warn(code);
  },
  debug() {
    // Auth.js's debug lines contain tokens.
  },
};
