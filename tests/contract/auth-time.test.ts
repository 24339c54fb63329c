import { describe, expect, test } from "vitest";
import { timedServer } from "./administration";
import { tokensIn, type Tokens } from "./answers";
import { visitAuthorization, type AuthorizationRequest } from "./authorization";
import { exchangeCode, idTokenClaims, refresh, signIn } from "./tokens";

const { server, letTimePass } = await timedServer();

const day = 24 * 60 * 60;
/** Seconds that a sign-in and its code exchange may take together. */
const tolerance = 30;

/** What an app sends that wants a password typed lately, and a refresh token. */
const fresh = { prompt: "login consent", parameters: { max_age: "300" } };

const maxAge = (seconds: number): AuthorizationRequest => ({
  prompt: "consent",
  scope: "openid offline_access",
  parameters: { max_age: String(seconds) },
});

async function asksForPassword(request: AuthorizationRequest): Promise<boolean> {
  const { landing } = await visitAuthorization(server, request);
  return landing.response !== undefined;
}

/** The tokens of a request that passes without a page. */
async function passThrough(request: AuthorizationRequest): Promise<Tokens> {
  const { landing, ...visit } = await visitAuthorization(server, request);
  expect(landing.response, `a redirect, not a page (${landing.url.href})`).toBeUndefined();
  return tokensIn(await exchangeCode(server, { ...visit, callback: landing.url.searchParams }));
}

function authTime(tokens: Tokens): number {
  return Number(idTokenClaims(tokens).auth_time);
}

describe("prompt=login consent with max_age [S]", () => {
  test("asks for the password although the browser has a live session", async () => {
    const { browser } = await signIn(server);

    expect(await asksForPassword({ browser, ...fresh })).toBe(true);
  });

  test("tells the moment of that sign-in by auth_time", async (context) => {
    const first = await signIn(server, fresh);
    await letTimePass(4, context);

    const { tokens } = await signIn(server, { browser: first.browser, ...fresh });

    expect(authTime(tokens)).toBeGreaterThanOrEqual(authTime(first.tokens) + 3);
    expect(Math.abs(Number(idTokenClaims(tokens).iat) - authTime(tokens))).toBeLessThan(tolerance);
  });

  test("gives a refresh token", async () => {
    const { tokens } = await signIn(server, fresh);

    expect(tokens.refresh_token).toEqual(expect.any(String));
  });
});

describe("max_age without prompt=login [S]", () => {
  test("passes with a fresh session, and auth_time is that of the earlier sign-in", async (context) => {
    const first = await signIn(server, fresh);
    await letTimePass(4, context);

    const tokens = await passThrough({ browser: first.browser, ...maxAge(300) });

    expect(authTime(tokens)).toBe(authTime(first.tokens));
  });

  test("asks for the password where the sign-in is longer ago", async (context) => {
    const { browser } = await signIn(server);
    await letTimePass(4, context);

    expect(await asksForPassword({ browser, ...maxAge(2) })).toBe(true);
  });
});

describe("auth_time [S]", () => {
  test("is in no id_token where neither max_age nor prompt=login was sent", async () => {
    const { tokens } = await signIn(server);

    expect(idTokenClaims(tokens)).not.toHaveProperty("auth_time");
  });

  test("is there with prompt=login alone", async () => {
    const { tokens } = await signIn(server, { prompt: "login consent" });

    expect(authTime(tokens)).toEqual(expect.any(Number));
    expect(authTime(tokens)).not.toBeNaN();
  });

  test("stays the same in the id_token of a refresh", async (context) => {
    const session = await signIn(server, fresh);
    await letTimePass(4, context);

    const tokens = tokensIn(await refresh(server, session));

    expect(authTime(tokens)).toBe(authTime(session.tokens));
  });

  test("survives the rotation of the refresh token", async (context) => {
    const session = await signIn(server, fresh);
    await letTimePass(10 * day, context);

    const rotated = tokensIn(await refresh(server, session));
    const tokens = tokensIn(await refresh(server, { ...session, tokens: rotated }));

    expect(rotated.refresh_token).not.toBe(session.tokens.refresh_token);
    expect(authTime(tokens)).toBe(authTime(session.tokens));
  });
});
