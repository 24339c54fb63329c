import {
  AccessDenied,
  type AuthError,
  CallbackRouteError,
  InvalidCheck,
  MissingCSRF,
  OAuthCallbackError,
  SignInError as AuthSignInError,
  UnknownAction,
} from "@auth/core/errors";
import { ResponseBodyError } from "openid-client";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { DatabaseError } from "@/lib/database-error";
import { LogtoError } from "@/lib/logto/errors";
import { authLogger, toSignInError } from "@/lib/session/authjs/errors";
import type { SignInContext } from "@/lib/session/authjs/sign-in-context";
import type { SignInErrorCode } from "@/lib/session/model/error-messages";

const configuration = vi.hoisted(() => ({ NODE_ENV: "production" }));
vi.mock("@/lib/env", () => ({ env: () => configuration, isProduction: false }));

/** An error response of Logto to the code exchange, as Auth.js passes it on. */
const errorResponse = (error: string) =>
  new ResponseBodyError("server responded with an error in the response body", {
    cause: { error, error_description: "grant request is invalid", code: "oidc." + error },
    response: new Response(null, { status: 400 }),
  });
/** An error as Auth.js wraps it at its callback route. */
const atCallback = (err: Error) => wrapping(new CallbackRouteError(), err);
const wrapping = (error: AuthError, err: Error) =>
  Object.assign(error, { cause: { err, provider: "logto" } });
const withCode = (code: string, message = code, cause?: unknown) =>
  Object.assign(new Error(message, { cause }), { code });
/** An error of Auth.js in a production build, which shortens class names. */
const shortened = (error: AuthError) => Object.defineProperty(error, "name", { value: "t" });

const printed: string[] = [];
const levels: string[] = [];
for (const level of ["info", "warn", "error"] as const)
  vi.spyOn(console, level).mockImplementation((...args) => {
    levels.push(level);
    printed.push(args.join(" "));
  });

beforeEach(() => {
  printed.length = levels.length = 0;
  configuration.NODE_ENV = "production";
});

const noCookie = new InvalidCheck("no state cookie");
const outage = new LogtoError("unavailable", "HTTP 503");
const noJson = withCode("OAUTH_RESPONSE_IS_NOT_JSON");
const nested = new Error("a", { cause: withCode("ECONNRESET") });
const databaseError = new DatabaseError("no response");
const circular = new Error("a");
circular.cause = new Error("b", { cause: circular });

test.each<[SignInErrorCode, string, Error]>([
  ["OAuthCallbackError", "a cancelled sign-in", new OAuthCallbackError("denied")],
  ["OAuthCallbackError", "a shortened name", shortened(new OAuthCallbackError("denied"))],
  ["InvalidCheck", "a missing state, nonce or verifier", noCookie],
  ["InvalidCheck", "a shortened name of a cause", atCallback(shortened(new InvalidCheck("n")))],
  ["InvalidCheck", "a form without its CSRF token", new MissingCSRF("no token")],
  ["InvalidCheck", "an unknown address", new UnknownAction("no such action")],
  ["InvalidCheck", "a code that was used already", atCallback(errorResponse("invalid_grant"))],
  ["InvalidCheck", "a state that differs", atCallback(withCode("OAUTH_INVALID_RESPONSE"))],
  ["Configuration", "a wrong client secret", atCallback(errorResponse("invalid_client"))],
  ["ProviderUnavailable", "no connection", atCallback(new TypeError("fetch failed"))],
  ["ProviderUnavailable", "a refused connection", atCallback(withCode("ECONNREFUSED"))],
  ["ProviderUnavailable", "a dropped connection", atCallback(withCode("UND_ERR_SOCKET"))],
  ["ProviderUnavailable", "a name that does not resolve", atCallback(withCode("EAI_AGAIN"))],
  ["ProviderUnavailable", "a timeout", atCallback(new DOMException("late", "TimeoutError"))],
  ["ProviderUnavailable", "a web page for JSON", atCallback(noJson)],
  ["ProviderUnavailable", "half of a JSON object", atCallback(withCode("OAUTH_PARSE_ERROR"))],
  ["ProviderUnavailable", "an outage as a nested cause", atCallback(nested)],
  ["ProviderUnavailable", "an outage at sign-in", wrapping(new AuthSignInError(), outage)],
  ["Configuration", "another error before the sign-in", new LogtoError("rejected", "no")],
  ["Configuration", "any other error", new Error("who knows")],
  ["Configuration", "circular causes", circular],
  ["AccessDenied", "access denied by this site", new AccessDenied("no")],
  ["DatabaseUnavailable", "an outage there", wrapping(new AccessDenied("no"), databaseError)],
])("the sign-in page explains as %s: %s", (expected, _, error) => {
  expect(toSignInError(error)).toBe(expected);
});

describe("the log of Auth.js", () => {
  const logger = (context: SignInContext = {}) => authLogger(context);

  test("has one line for an error, with its cause and code", () => {
    logger().error?.(atCallback(errorResponse("invalid_client")));
    expect(levels).toEqual(["error"]);
    expect(printed).toEqual([
      '[auth] CallbackRouteError reason="server responded with an error in the response body (invalid_client)"',
    ]);
  });

  test("has no stack trace and no link to documentation", () => {
    const error = new Error("broken\n    at file.ts:1:1", { cause: new Error("why") });
    logger().error?.(atCallback(error));
    expect(printed).toHaveLength(1);
    expect(printed[0]).not.toMatch(/[\r\n]|Read more|https?:|sign-in-errors\.test/);
    expect(printed[0]).toContain("why");
  });

  test("has no body, header or token of a response, and no debug lines", () => {
    const hidden = "secret-token";
    const cause = { error: "invalid_grant", access_token: hidden, error_description: hidden };
    const response = new Response(hidden, { status: 400, headers: { "x-token": hidden } });
    logger().debug?.("profile data", { access_token: hidden });
    logger().debug?.("OAuthCallbackError", { error: "access_denied" });
    expect(printed).toEqual([]);
    logger().error?.(atCallback(new ResponseBodyError("an error", { cause, response })));
    expect(printed.join()).not.toContain(hidden);
  });

  test("is a warning if a user interrupted the sign-in", () => {
    logger().error?.(new InvalidCheck("no state cookie"));
    expect(levels).toEqual(["warn"]);
  });

  test("has the error that Logto sent to the callback, for that request only", () => {
    const [one, other] = [logger({}), logger({})];
    const error_description = "the user said no";
    const sent = { error: "access_denied", error_description, state: "secret-state" };
    one.debug?.("OAuthCallbackError", sent);
    for (const each of [one, other])
      each.error?.(new OAuthCallbackError("OAuth Provider returned an error"));
    expect(printed[0]).toContain("access_denied: the user said no");
    expect(printed[1]).not.toContain("access_denied");
    expect(printed.join()).not.toContain("secret-state");
  });

  test("passes the error to its request", () => {
    const [mine, other]: SignInContext[] = [{}, {}];
    const error = new InvalidCheck("no state cookie");
    logger(mine).error?.(error);
    expect([mine?.error, other?.error]).toEqual([error, undefined]);
  });

  test("has warnings of Auth.js only in development", () => {
    logger().warn?.("debug-enabled");
    expect(printed).toEqual([]);
    configuration.NODE_ENV = "development";
    logger().warn?.("debug-enabled");
    expect(printed).toEqual(["[auth] debug-enabled"]);
  });
});
