import { describe, expect, test } from "vitest";
import { timedServer } from "./administration";
import { tokensIn, type Tokens } from "./responses";
import { visitAuthorization, type AuthorizationRequest } from "./authorization";
import { exchangeCode, idTokenClaims, refresh, signIn } from "./tokens";

const { server, letTimePass } = await timedServer();

const day = 24 * 60 * 60;
/** Seconds that a sign-in and its code exchange may take together. */
const tolerance = 30;

/** Parameters of an app that requires a recent password entry, and a refresh token. */
const fresh = { prompt: "login consent", parameters: { max_age: "300" } };

const maxAge = (seconds: number): AuthorizationRequest => ({
  prompt: "consent",
  scope: "openid offline_access",
  parameters: { max_age: String(seconds) },
});

async function showsSignInPage(request: AuthorizationRequest): Promise<boolean> {
  const { landing } = await visitAuthorization(server, request);
  return landing.response !== undefined;
}

/** Returns the tokens of an authorization request that shows no page. */
async function tokensWithoutPage(request: AuthorizationRequest): Promise<Tokens> {
  const { landing, ...visit } = await visitAuthorization(server, request);
  expect(landing.response, `a redirect, not a page (${landing.url.href})`).toBeUndefined();
  return tokensIn(await exchangeCode(server, { ...visit, callback: landing.url.searchParams }));
}

function authTime(tokens: Tokens): number {
  return Number(idTokenClaims(tokens).auth_time);
}

describe("prompt=login consent with max_age [S]", () => {
  test("asks for the password although the browser has a session", async () => {
    const { browser } = await signIn(server);

    expect(await showsSignInPage({ browser, ...fresh })).toBe(true);
  });

  test("sets auth_time to the time of that sign-in", async (context) => {
    const first = await signIn(server, fresh);
    await letTimePass(4, context);

    const { tokens } = await signIn(server, { browser: first.browser, ...fresh });

    expect(authTime(tokens)).toBeGreaterThanOrEqual(authTime(first.tokens) + 3);
    expect(Math.abs(Number(idTokenClaims(tokens).iat) - authTime(tokens))).toBeLessThan(tolerance);
  });

  test("issues a refresh token", async () => {
    const { tokens } = await signIn(server, fresh);

    expect(tokens.refresh_token).toEqual(expect.any(String));
  });
});

describe("max_age without prompt=login [S]", () => {
  test("shows no page if the session is recent, and keeps the auth_time of the earlier sign-in", async (context) => {
    const first = await signIn(server, fresh);
    await letTimePass(4, context);

    const tokens = await tokensWithoutPage({ browser: first.browser, ...maxAge(300) });

    expect(authTime(tokens)).toBe(authTime(first.tokens));
  });

  test("asks for the password if the sign-in is older than max_age", async (context) => {
    const { browser } = await signIn(server);
    await letTimePass(4, context);

    expect(await showsSignInPage({ browser, ...maxAge(2) })).toBe(true);
  });
});

describe("auth_time [S]", () => {
  test("is present with prompt=login alone", async () => {
    const { tokens } = await signIn(server, { prompt: "login consent" });

    expect(authTime(tokens)).toEqual(expect.any(Number));
    expect(authTime(tokens)).not.toBeNaN();
  });

  test("is unchanged in the id_token of a refresh", async (context) => {
    const session = await signIn(server, fresh);
    await letTimePass(4, context);

    const tokens = tokensIn(await refresh(server, session));

    expect(authTime(tokens)).toBe(authTime(session.tokens));
  });

  test("is unchanged after the refresh token was rotated", async (context) => {
    const session = await signIn(server, fresh);
    await letTimePass(10 * day, context);

    const rotated = tokensIn(await refresh(server, session));
    const tokens = tokensIn(await refresh(server, { ...session, tokens: rotated }));

    expect(rotated.refresh_token).not.toBe(session.tokens.refresh_token);
    expect(authTime(tokens)).toBe(authTime(session.tokens));
  });
});
