import { describe, expect, test } from "vitest";
import { errorResponse, tokensIn } from "./responses";
import { authorize } from "./authorization";
import { serverUnderTest, valueOrSkip } from "./server";
import { exchangeCode, post, refresh, userinfo } from "./tokens";

const server = serverUnderTest();
const madeUp = { grant_type: "refresh_token", refresh_token: "x".repeat(43) };
const offline = { prompt: "consent", scope: "openid offline_access" };

describe("client authentication", () => {
  test.each(["basic", "post"] as const)("works as client_secret_%s", async (method) => {
    const { callback, client, codeVerifier = "" } = await authorize(server);

    const response = await post(
      `${server.issuer}/token`,
      client,
      {
        grant_type: "authorization_code",
        code: callback.get("code") ?? "",
        redirect_uri: client.redirectUri,
        code_verifier: codeVerifier,
      },
      method,
    );

    expect(response).toMatchObject({ status: 200 });
  });

  test("with a wrong secret fails with 401 invalid_client", async () => {
    const authorization = await authorize(server);
    const client = { ...authorization.client, clientSecret: "wrong" };

    expect(await exchangeCode(server, { ...authorization, client })).toMatchObject(
      errorResponse(401, "invalid_client"),
    );
  });

  test("is required from a confidential client: without it 401 invalid_client", async () => {
    const authorization = await authorize(server);
    const client = { ...authorization.client, clientSecret: undefined };

    expect(await exchangeCode(server, { ...authorization, client })).toMatchObject(
      errorResponse(401, "invalid_client"),
    );
  });

  test("of an unknown client fails with 400 invalid_client", async () => {
    const authorization = await authorize(server);
    const client = { ...authorization.client, clientId: "no-such-client" };

    expect(await exchangeCode(server, { ...authorization, client })).toMatchObject(
      errorResponse(400, "invalid_client"),
    );
  });

  test("is not required from a public client", async (context) => {
    const client = valueOrSkip(server.publicClient, context, "CONTRACT_PUBLIC_CLIENT_ID");
    const authorization = await authorize(server, { client });

    expect(await exchangeCode(server, authorization)).toMatchObject({ status: 200 });
  });

  // `npm run doctor` finds the type of an application by these.
  test("of a public client with a secret fails with 401 invalid_client [S]", async (context) => {
    const client = valueOrSkip(server.publicClient, context, "CONTRACT_PUBLIC_CLIENT_ID");
    const withSecret = { ...client, clientSecret: "any" };

    for (const method of ["basic", "post"] as const)
      expect(await post(`${server.issuer}/token`, withSecret, madeUp, method)).toMatchObject(
        errorResponse(401, "invalid_client"),
      );
    expect(await post(`${server.issuer}/token`, client, madeUp)).toMatchObject(
      errorResponse(400, "invalid_grant"),
    );
  });

  test("of a machine-to-machine application succeeds, but a refresh fails with 400 invalid_request [S]", async (context) => {
    const client = valueOrSkip(server.machineClient, context, "CONTRACT_M2M_ID");

    expect(await post(`${server.issuer}/token`, client, madeUp)).toMatchObject(
      errorResponse(400, "invalid_request"),
    );
  });
});

describe("an authorization code", () => {
  test("yields an opaque access token of 43 characters for one hour, an id_token and a refresh token", async () => {
    const { body } = await exchangeCode(server, await authorize(server, offline));

    expect(body).toEqual({
      access_token: expect.stringMatching(/^[\w-]{43}$/),
      token_type: "Bearer",
      expires_in: 3600,
      scope: "openid offline_access",
      id_token: expect.any(String),
      refresh_token: expect.any(String),
    });
  });

  test("yields an opaque access token if the exchange does not name the authorized resource", async () => {
    const resource = server.resources.shopping;
    const authorization = await authorize(server, { resource, scope: "openid read" });

    const { access_token } = tokensIn(await exchangeCode(server, authorization));

    expect(access_token).toMatch(/^[\w-]{43}$/);
  });

  test("ignores organization_id", async () => {
    const authorization = await authorize(server, {
      scope: "openid urn:logto:scope:organizations",
    });

    const { access_token } = tokensIn(
      await exchangeCode(server, authorization, { organization_id: "x" }),
    );

    expect(access_token).toMatch(/^[\w-]{43}$/);
  });

  test("works once: a second use fails with invalid_grant", async () => {
    const authorization = await authorize(server);
    await exchangeCode(server, authorization);

    expect(await exchangeCode(server, authorization)).toMatchObject(
      errorResponse(400, "invalid_grant"),
    );
  });

  test("revokes its grant if it is used a second time", async () => {
    const authorization = await authorize(server, offline);
    const tokens = tokensIn(await exchangeCode(server, authorization));
    await exchangeCode(server, authorization);

    expect(await refresh(server, { ...authorization, tokens })).toMatchObject(
      errorResponse(400, "invalid_grant"),
    );
    expect(await userinfo(server, tokens.access_token)).toMatchObject({ status: 401 });
  });

  test("fails with invalid_grant for another client", async (context) => {
    const client = valueOrSkip(server.otherClient, context, "CONTRACT_OTHER_CLIENT_ID");
    const authorization = await authorize(server);

    expect(await exchangeCode(server, { ...authorization, client })).toMatchObject(
      errorResponse(400, "invalid_grant"),
    );
  });

  test("fails with invalid_grant for another redirect_uri", async () => {
    const authorization = await authorize(server);

    const response = await exchangeCode(server, authorization, {
      redirect_uri: "https://evil.example/",
    });

    expect(response).toMatchObject(errorResponse(400, "invalid_grant"));
  });

  test.each([
    ["a wrong", "x".repeat(43)],
    ["no", undefined],
  ])(
    "fails with invalid_grant with %s code_verifier if the authorization request used PKCE",
    async (_, codeVerifier) => {
      const authorization = await authorize(server);

      expect(await exchangeCode(server, { ...authorization, codeVerifier })).toMatchObject(
        errorResponse(400, "invalid_grant"),
      );
    },
  );

  test("that was never issued fails with invalid_grant", async () => {
    const authorization = await authorize(server);

    expect(await exchangeCode(server, authorization, { code: "x".repeat(43) })).toMatchObject(
      errorResponse(400, "invalid_grant"),
    );
  });
});
