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
import { LogtoError, type LogtoErrorCode } from "@/lib/logto/errors";
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

describe("the message of the sign-in page", () => {
  const table: [string, Error, SignInErrorCode][] = [
    [
      "an error from Logto, such as a cancelled sign-in",
      new OAuthCallbackError("denied"),
      "OAuthCallbackError",
    ],
    [
      "the same in a production build",
      shortened(new OAuthCallbackError("denied")),
      "OAuthCallbackError",
    ],
    ["a missing state, nonce or verifier", new InvalidCheck("no state cookie"), "InvalidCheck"],
    [
      "the same in a production build",
      shortened(new InvalidCheck("no state cookie")),
      "InvalidCheck",
    ],
    [
      "the same as a cause of another error",
      atCallback(shortened(new InvalidCheck("nonce"))),
      "InvalidCheck",
    ],
    ["a form without its CSRF token", new MissingCSRF("no token"), "InvalidCheck"],
    ["an unknown address", new UnknownAction("no such action"), "InvalidCheck"],
    ["a code that was used already", atCallback(errorResponse("invalid_grant")), "InvalidCheck"],
    ["a state that differs", atCallback(withCode("OAUTH_INVALID_RESPONSE")), "InvalidCheck"],
    ["a wrong client secret", atCallback(errorResponse("invalid_client")), "Configuration"],
    ["no connection", atCallback(new TypeError("fetch failed")), "ProviderUnavailable"],
    ["a refused connection", atCallback(withCode("ECONNREFUSED")), "ProviderUnavailable"],
    ["a dropped connection", atCallback(withCode("UND_ERR_SOCKET")), "ProviderUnavailable"],
    ["a name that does not resolve", atCallback(withCode("EAI_AGAIN")), "ProviderUnavailable"],
    ["a timeout", atCallback(new DOMException("timed out", "TimeoutError")), "ProviderUnavailable"],
    [
      "a web page for JSON",
      atCallback(withCode("OAUTH_RESPONSE_IS_NOT_JSON")),
      "ProviderUnavailable",
    ],
    ["half of a JSON object", atCallback(withCode("OAUTH_PARSE_ERROR")), "ProviderUnavailable"],
    [
      "an outage as a nested cause",
      atCallback(new Error("a", { cause: withCode("ECONNRESET") })),
      "ProviderUnavailable",
    ],
    [
      "an outage at sign-in",
      wrapping(new AuthSignInError(), new LogtoError("unavailable", "HTTP 503")),
      "ProviderUnavailable",
    ],
    ["any other error", new Error("who knows"), "Configuration"],
    ["access denied by this site", new AccessDenied("no"), "AccessDenied"],
    [
      "an outage of the database during that check",
      wrapping(new AccessDenied("no"), new DatabaseError("no response")),
      "DatabaseUnavailable",
    ],
  ];
  test.each(table)("for %s", (_, error, expected) => {
    expect(toSignInError(error)).toBe(expected);
  });

  test.each<LogtoErrorCode>([
    "invalid_grant",
    "invalid_client",
    "invalid_target",
    "access_denied",
    "insufficient_scope",
    "invalid_token",
    "rejected",
  ])("for %s before the sign-in is that the configuration is wrong", (code) => {
    expect(toSignInError(new LogtoError(code, code))).toBe("Configuration");
  });

  test("is found even if causes are circular", () => {
    const error = new Error("a");
    error.cause = new Error("b", { cause: error });
    expect(toSignInError(error)).toBe("Configuration");
  });
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
    logger().error?.(
      atCallback(new Error("broken\n    at file.ts:1:1", { cause: new Error("why") })),
    );
    expect(printed).toHaveLength(1);
    expect(printed[0]).not.toMatch(/[\r\n]|Read more|https?:|sign-in-errors\.test/);
    expect(printed[0]).toContain("why");
  });

  test("has no body, header or token of a response", () => {
    const error = new ResponseBodyError("server responded with an error", {
      cause: {
        error: "invalid_grant",
        access_token: "secret-token",
        error_description: "secret-token",
      },
      response: new Response("secret-token", {
        status: 400,
        headers: { "x-token": "secret-token" },
      }),
    });
    logger().error?.(atCallback(error));
    expect(printed.join()).not.toContain("secret-token");
  });

  test("is a warning if a user interrupted the sign-in", () => {
    logger().error?.(new InvalidCheck("no state cookie"));
    expect(levels).toEqual(["warn"]);
  });

  test("has the error that Logto sent to the callback, for that request only", () => {
    const [one, other] = [logger({}), logger({})];
    const logtoError = {
      error: "access_denied",
      error_description: "the user said no",
      state: "secret-state",
    };
    one.debug?.("OAuthCallbackError", logtoError);
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

  test("has no debug lines of Auth.js, which contain tokens", () => {
    logger().debug?.("profile data", { access_token: "secret-token" });
    logger().debug?.("OAuthCallbackError", { error: "access_denied" });
    expect(printed).toEqual([]);
  });

  test("has warnings of Auth.js only in development", () => {
    logger().warn?.("debug-enabled");
    expect(printed).toEqual([]);
    configuration.NODE_ENV = "development";
    logger().warn?.("debug-enabled");
    expect(printed).toEqual(["[auth] debug-enabled"]);
  });
});
