import { describe, expect, test } from "vitest";
import { readResponse, required } from "./responses";
import { authorize, visitAuthorization, type AuthorizationRequest } from "./authorization";
import { serverUnderTest, valueOrSkip } from "./server";
import { exchangeCode, signIn } from "./tokens";

const server = serverUnderTest();
const { shopping, store } = server.resources;

/** Returns the callback parameters of a request that redirects at once, without a sign-in page. */
async function immediateCallback(request: AuthorizationRequest): Promise<Record<string, string>> {
  const { landing } = await visitAuthorization(server, request);
  expect(landing.response, `a redirect, not a page (${landing.url})`).toBeUndefined();
  return Object.fromEntries(landing.url.searchParams);
}

describe("the callback", () => {
  test("has code, state and iss, and no other parameter", async () => {
    const { callback } = await authorize(server, { parameters: { state: "a state" } });

    expect(Object.fromEntries(callback)).toEqual({
      code: expect.any(String),
      state: "a state",
      iss: server.issuer,
    });
  });

  test("also has a usable code without PKCE, for a confidential client", async () => {
    const authorization = await authorize(server, { pkce: false });

    expect(await exchangeCode(server, authorization)).toMatchObject({ status: 200 });
  });

  test("reports invalid_request for the code challenge method plain", async () => {
    const callback = await immediateCallback({
      parameters: { code_challenge: "x".repeat(43), code_challenge_method: "plain" },
    });

    expect(callback).toMatchObject({ error: "invalid_request", iss: server.issuer });
  });
});

describe("the SSO session", () => {
  test("is needed for prompt=none: without it the callback reports login_required", async () => {
    const callback = await immediateCallback({ prompt: "none", parameters: { state: "a state" } });

    expect(callback).toMatchObject({
      error: "login_required",
      state: "a state",
      iss: server.issuer,
    });
  });

  test("lets prompt=none succeed with a code", async () => {
    const { browser } = await authorize(server);

    expect(await immediateCallback({ browser, prompt: "none" })).toHaveProperty("code");
  });

  test("lets prompt=consent succeed without a page", async () => {
    const { browser } = await authorize(server);

    const callback = await immediateCallback({
      browser,
      prompt: "consent",
      scope: "openid offline_access",
    });

    expect(callback).toHaveProperty("code");
  });

  test("is shared by all applications of the server", async (context) => {
    const client = valueOrSkip(server.otherClient, context, "CONTRACT_OTHER_CLIENT_ID");
    const { browser } = await authorize(server);

    expect(await immediateCallback({ browser, client })).toHaveProperty("code");
  });
});

describe("offline_access", () => {
  test("is ignored without prompt=consent", async () => {
    const { tokens } = await signIn(server, {
      prompt: undefined,
      scope: "openid profile offline_access",
    });

    expect(tokens.refresh_token).toBeUndefined();
    expect(tokens.scope).toBe("openid profile");
  });

  test.each(["consent", "login consent"])(
    "yields a refresh token with prompt=%s",
    async (prompt) => {
      const { tokens } = await signIn(server, { prompt });

      expect(tokens.refresh_token).toEqual(expect.any(String));
    },
  );

  test("needs no prompt if the application always issues refresh tokens", async (context) => {
    const client = valueOrSkip(server.otherClient, context, "CONTRACT_OTHER_CLIENT_ID");

    const { tokens } = await signIn(server, { client, prompt: undefined });

    expect(tokens.refresh_token).toEqual(expect.any(String));
  });
});

describe("the requested scope", () => {
  test("may contain unknown scopes, which are ignored", async () => {
    const { tokens } = await signIn(server, { scope: "openid no:such:scope email" });

    expect(tokens.scope).toBe("openid email");
  });
});

describe("the resource parameter", () => {
  test.each([
    ["repeated", [shopping, store]],
    ["comma-separated", `${shopping},${store}`],
  ])("can name several resources if it is %s", async (_, resource) => {
    const authorization = await authorize(server, { resource, scope: "openid read" });

    expect(await exchangeCode(server, authorization, { resource: store })).toMatchObject({
      status: 200,
      body: { scope: "read" },
    });
  });

  test.each([
    ["unknown", "https://unknown.example.com/api"],
    ["space-separated", `${shopping} ${store}`],
  ])("is rejected with a redirect and invalid_target if it is %s", async (_, resource) => {
    const callback = await immediateCallback({ resource, parameters: { state: "a state" } });

    expect(callback).toMatchObject({
      error: "invalid_target",
      state: "a state",
      iss: server.issuer,
    });
  });
});

describe("an authorization request with prompt=none and no session", () => {
  // `npm run doctor` sends such requests, because they show no page.
  test.each([
    ["an unknown resource", "https://unknown.example.com/api", "invalid_target"],
    ["a known resource", shopping, "login_required"],
  ])("for %s reports %s", async (_, resource, error) => {
    expect(await immediateCallback({ prompt: "none", resource })).toMatchObject({ error });
  });

  test("gets 400 instead of a redirect if the redirect URI is not registered", async () => {
    const parameters = { redirect_uri: "https://evil.example/callback" };
    const { landing } = await visitAuthorization(server, { prompt: "none", parameters });
    expect(await readResponse(required(landing.response, "a response"))).toMatchObject({
      status: 400,
    });
  });
});

describe("an authorization request without a valid redirect target", () => {
  test.each([
    ["an unknown client", { client_id: "no-such-client" }],
    ["an unregistered redirect URI", { redirect_uri: "https://evil.example/callback" }],
  ])("gets 400 and JSON: %s", async (_, parameters) => {
    const { landing } = await visitAuthorization(server, { parameters });
    const response = await readResponse(required(landing.response, "a page"));

    expect(response).toMatchObject({
      status: 400,
      body: {
        code: expect.stringMatching(/^oidc\./),
        error: expect.any(String),
        message: expect.any(String),
      },
    });
  });
});
