import { describe, expect, test } from "vitest";
import { errorResponse, required, tokensIn } from "./responses";
import { serverUnderTest, valueOrSkip } from "./server";
import { idTokenClaims, post, refresh, signIn, userinfo, type Parameters } from "./tokens";

const server = serverUnderTest();
const { shopping, store } = server.resources;

describe("a refresh", () => {
  test("returns an access token, a refresh token, the scope and a new id_token", async () => {
    const { body } = await refresh(server, await signIn(server));

    expect(body).toEqual({
      access_token: expect.stringMatching(/^[\w-]{43}$/),
      token_type: "Bearer",
      expires_in: 3600,
      scope: "openid offline_access",
      id_token: expect.any(String),
      refresh_token: expect.any(String),
    });
  });

  test("returns no id_token if its scope lacks openid", async () => {
    const session = await signIn(server);

    const { id_token } = tokensIn(await refresh(server, session, { scope: "offline_access" }));

    expect(id_token).toBeUndefined();
  });

  test("returns an id_token with the same subject, audience and issuer", async () => {
    const session = await signIn(server);

    const claims = idTokenClaims(tokensIn(await refresh(server, session)));

    const { sub, aud, iss } = idTokenClaims(session.tokens);
    expect(claims).toMatchObject({ sub, aud, iss });
  });

  test("does not revoke the earlier opaque access token", async () => {
    const session = await signIn(server);
    await refresh(server, session);

    expect(await userinfo(server, session.tokens.access_token)).toMatchObject({ status: 200 });
  });

  test("returns the same refresh token to a confidential client each time while the token is young", async () => {
    const session = await signIn(server);

    const responses = await Promise.all(Array.from({ length: 5 }, () => refresh(server, session)));

    const refreshTokens = responses.map((response) => tokensIn(response).refresh_token);
    expect(new Set(refreshTokens)).toEqual(new Set([session.tokens.refresh_token]));
  });

  test("is not rate-limited: 100 parallel refreshes all succeed", async () => {
    const session = await signIn(server);

    const responses = await Promise.all(
      Array.from({ length: 100 }, () => refresh(server, session, { scope: "offline_access" })),
    );

    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
  });
});

describe("a refresh is rejected", () => {
  test("without a refresh token: invalid_request", async () => {
    const response = await post(`${server.issuer}/token`, server.client, {
      grant_type: "refresh_token",
    });

    expect(response).toMatchObject(errorResponse(400, "invalid_request"));
  });

  test("with a refresh token that was never issued: invalid_grant", async () => {
    const session = await signIn(server);

    expect(await refresh(server, session, { refresh_token: "x".repeat(43) })).toMatchObject(
      errorResponse(400, "invalid_grant"),
    );
  });

  test("from another client, with the same response as for an unknown token", async (context) => {
    const client = valueOrSkip(server.otherClient, context, "CONTRACT_OTHER_CLIENT_ID");
    const session = await signIn(server);

    const foreign = await refresh(server, { ...session, client });

    const unknown = await refresh(server, session, { refresh_token: "x".repeat(43) });
    expect(foreign).toMatchObject(errorResponse(400, "invalid_grant"));
    expect(foreign.body).toEqual(unknown.body);
  });

  test("with a wrong client secret: 401 invalid_client", async () => {
    const session = await signIn(server);
    const client = { ...session.client, clientSecret: "wrong" };

    expect(await refresh(server, { ...session, client })).toMatchObject(
      errorResponse(401, "invalid_client"),
    );
  });

  test("with a scope that the token does not have: invalid_scope", async () => {
    const session = await signIn(server);

    expect(await refresh(server, session, { scope: "openid profile" })).toMatchObject(
      errorResponse(400, "invalid_scope"),
    );
  });

  test.each([
    ["that is unknown", "https://unknown.example.com/api"],
    ["that was not in the authorization request", store],
    ["that is a scope", "urn:logto:scope:organizations"],
  ])("with a resource %s: invalid_target", async (_, resource) => {
    const scope = "openid offline_access urn:logto:scope:organizations";
    const session = await signIn(server, { scope, resource: shopping });

    expect(await refresh(server, session, { resource })).toMatchObject(
      errorResponse(400, "invalid_target"),
    );
  });

  test("but a confidential client's young refresh token remains valid", async () => {
    const session = await signIn(server);
    const rejectedRequests: Parameters[] = [
      { resource: "https://unknown.example.com/api" },
      { scope: "profile" },
      { organization_id: "nowhere" },
    ];
    for (const parameters of rejectedRequests) await refresh(server, session, parameters);

    const { refresh_token } = tokensIn(await refresh(server, session));

    expect(refresh_token).toBe(required(session.tokens.refresh_token, "a refresh token"));
  });
});
