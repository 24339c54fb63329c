import { describe, expect, test } from "vitest";
import { present, readAnswer } from "./answers";
import { authorize, visitAuthorization, type AuthorizationRequest } from "./authorization";
import { given, sharedServer } from "./server";
import { exchangeCode, signIn } from "./tokens";

const server = sharedServer();
const { shopping, store } = server.resources;

/** The callback of a request that is answered by a redirect at once, without a sign-in page. */
async function immediateCallback(request: AuthorizationRequest): Promise<Record<string, string>> {
  const { landing } = await visitAuthorization(server, request);
  expect(landing.response, `a redirect, not a page (${landing.url})`).toBeUndefined();
  return Object.fromEntries(landing.url.searchParams);
}

describe("the callback", () => {
  test("carries code, state and issuer, and nothing else", async () => {
    const { callback } = await authorize(server, { parameters: { state: "a state" } });

    expect(Object.fromEntries(callback)).toEqual({
      code: expect.any(String),
      state: "a state",
      iss: server.issuer,
    });
  });

  test("comes without PKCE too, for a confidential client", async () => {
    const authorization = await authorize(server, { pkce: false });

    expect(await exchangeCode(server, authorization)).toMatchObject({ status: 200 });
  });

  test("reports that the code challenge method plain is refused", async () => {
    const callback = await immediateCallback({
      parameters: { code_challenge: "x".repeat(43), code_challenge_method: "plain" },
    });

    expect(callback).toMatchObject({ error: "invalid_request", iss: server.issuer });
  });
});

describe("the SSO session", () => {
  test("answers prompt=none with login_required where there is none", async () => {
    const callback = await immediateCallback({ prompt: "none", parameters: { state: "a state" } });

    expect(callback).toMatchObject({
      error: "login_required",
      state: "a state",
      iss: server.issuer,
    });
  });

  test("answers prompt=none with a code where there is one", async () => {
    const { browser } = await authorize(server);

    expect(await immediateCallback({ browser, prompt: "none" })).toHaveProperty("code");
  });

  test("lets prompt=consent pass without asking anything", async () => {
    const { browser } = await authorize(server);

    const callback = await immediateCallback({
      browser,
      prompt: "consent",
      scope: "openid offline_access",
    });

    expect(callback).toHaveProperty("code");
  });

  test("is shared by the server's applications", async (context) => {
    const client = given(server.otherClient, context, "CONTRACT_OTHER_CLIENT_ID");
    const { browser } = await authorize(server);

    expect(await immediateCallback({ browser, client })).toHaveProperty("code");
  });
});

describe("offline_access", () => {
  test("is dropped silently without prompt=consent", async () => {
    const { tokens } = await signIn(server, {
      prompt: undefined,
      scope: "openid profile offline_access",
    });

    expect(tokens.refresh_token).toBeUndefined();
    expect(tokens.scope).toBe("openid profile");
  });

  test.each(["consent", "login consent"])(
    "gives a refresh token with prompt=%s",
    async (prompt) => {
      const { tokens } = await signIn(server, { prompt });

      expect(tokens.refresh_token).toEqual(expect.any(String));
    },
  );

  test("needs no prompt where the application always issues refresh tokens", async (context) => {
    const client = given(server.otherClient, context, "CONTRACT_OTHER_CLIENT_ID");

    const { tokens } = await signIn(server, { client, prompt: undefined });

    expect(tokens.refresh_token).toEqual(expect.any(String));
  });
});

describe("the requested scope", () => {
  test("may hold names that nobody knows: they are ignored", async () => {
    const { tokens } = await signIn(server, { scope: "openid no:such:scope email" });

    expect(tokens.scope).toBe("openid email");
  });
});

describe("the resource parameter", () => {
  test.each([
    ["repeated", [shopping, store]],
    ["comma-separated", `${shopping},${store}`],
  ])("names several resources when it is %s", async (_, resource) => {
    const authorization = await authorize(server, { resource, scope: "openid read" });

    expect(await exchangeCode(server, authorization, { resource: store })).toMatchObject({
      status: 200,
      body: { scope: "read" },
    });
  });

  test.each([
    ["unknown", "https://unknown.example.com/api"],
    ["space-separated", `${shopping} ${store}`],
  ])("is refused by a redirect with invalid_target when it is %s", async (_, resource) => {
    const callback = await immediateCallback({ resource, parameters: { state: "a state" } });

    expect(callback).toMatchObject({
      error: "invalid_target",
      state: "a state",
      iss: server.issuer,
    });
  });
});

describe("a request with prompt=none and without a session", () => {
  // `npm run doctor` asks so, since it shows nobody a page.
  test.each([
    ["an unknown resource", "https://unknown.example.com/api", "invalid_target"],
    ["a known one", shopping, "login_required"],
  ])("tells of %s", async (_, resource, error) => {
    expect(await immediateCallback({ prompt: "none", resource })).toMatchObject({ error });
  });

  test("is answered without a redirect where the redirect URI is not registered", async () => {
    const parameters = { redirect_uri: "https://evil.example/callback" };
    const { landing } = await visitAuthorization(server, { prompt: "none", parameters });
    expect(await readAnswer(present(landing.response, "an answer"))).toMatchObject({ status: 400 });
  });
});

describe("a request that nobody can be redirected from", () => {
  test.each([
    ["an unknown client", { client_id: "no-such-client" }],
    ["an unregistered redirect URI", { redirect_uri: "https://evil.example/callback" }],
  ])("is answered with 400 and JSON: %s", async (_, parameters) => {
    const { landing } = await visitAuthorization(server, { parameters });
    const answer = await readAnswer(present(landing.response, "a page"));

    expect(answer).toMatchObject({
      status: 400,
      body: {
        code: expect.stringMatching(/^oidc\./),
        error: expect.any(String),
        message: expect.any(String),
      },
    });
  });
});
