import { describe, expect, test } from "vitest";
import { refusal, tokensIn } from "./answers";
import { authorize } from "./authorization";
import { given, sharedServer } from "./server";
import { exchangeCode, post, refresh, userinfo } from "./tokens";

const server = sharedServer();
const offline = { prompt: "consent", scope: "openid offline_access" };

describe("client authentication", () => {
  test.each(["basic", "post"] as const)("works as client_secret_%s", async (method) => {
    const { callback, client, codeVerifier = "" } = await authorize(server);

    const answer = await post(
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

    expect(answer).toMatchObject({ status: 200 });
  });

  test("with a wrong secret is 401 invalid_client", async () => {
    const authorization = await authorize(server);
    const client = { ...authorization.client, clientSecret: "wrong" };

    expect(await exchangeCode(server, { ...authorization, client })).toMatchObject(
      refusal(401, "invalid_client"),
    );
  });

  test("left out by a confidential client is 401 invalid_client", async () => {
    const authorization = await authorize(server);
    const client = { ...authorization.client, clientSecret: undefined };

    expect(await exchangeCode(server, { ...authorization, client })).toMatchObject(
      refusal(401, "invalid_client"),
    );
  });

  test("by an unknown client is 400 invalid_client", async () => {
    const authorization = await authorize(server);
    const client = { ...authorization.client, clientId: "no-such-client" };

    expect(await exchangeCode(server, { ...authorization, client })).toMatchObject(
      refusal(400, "invalid_client"),
    );
  });

  test("is not needed by a public client", async (context) => {
    const client = given(server.publicClient, context, "CONTRACT_PUBLIC_CLIENT_ID");
    const authorization = await authorize(server, { client });

    expect(await exchangeCode(server, authorization)).toMatchObject({ status: 200 });
  });
});

describe("a code", () => {
  test("gives an opaque access token of 43 characters for an hour, id_token and refresh token", async () => {
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

  test("gives an opaque access token though a resource was authorized, unless the exchange names it", async () => {
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

  test("works once: the second time is invalid_grant", async () => {
    const authorization = await authorize(server);
    await exchangeCode(server, authorization);

    expect(await exchangeCode(server, authorization)).toMatchObject(refusal(400, "invalid_grant"));
  });

  test("revokes its grant when it is used a second time", async () => {
    const authorization = await authorize(server, offline);
    const tokens = tokensIn(await exchangeCode(server, authorization));
    await exchangeCode(server, authorization);

    expect(await refresh(server, { ...authorization, tokens })).toMatchObject(
      refusal(400, "invalid_grant"),
    );
    expect(await userinfo(server, tokens.access_token)).toMatchObject({ status: 401 });
  });

  test("is worth nothing to another client", async (context) => {
    const client = given(server.otherClient, context, "CONTRACT_OTHER_CLIENT_ID");
    const authorization = await authorize(server);

    expect(await exchangeCode(server, { ...authorization, client })).toMatchObject(
      refusal(400, "invalid_grant"),
    );
  });

  test("is invalid_grant with another redirect_uri", async () => {
    const authorization = await authorize(server);

    const answer = await exchangeCode(server, authorization, {
      redirect_uri: "https://evil.example/",
    });

    expect(answer).toMatchObject(refusal(400, "invalid_grant"));
  });

  test.each([
    ["a wrong", "x".repeat(43)],
    ["no", undefined],
  ])(
    "is invalid_grant with %s code_verifier, once it was bound to one",
    async (_, codeVerifier) => {
      const authorization = await authorize(server);

      expect(await exchangeCode(server, { ...authorization, codeVerifier })).toMatchObject(
        refusal(400, "invalid_grant"),
      );
    },
  );

  test("that never was issued is invalid_grant", async () => {
    const authorization = await authorize(server);

    expect(await exchangeCode(server, authorization, { code: "x".repeat(43) })).toMatchObject(
      refusal(400, "invalid_grant"),
    );
  });
});
