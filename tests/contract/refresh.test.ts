import { describe, expect, test } from "vitest";
import { present, refusal, tokensIn } from "./answers";
import { given, sharedServer } from "./server";
import { idTokenClaims, post, refresh, signIn, userinfo, type Parameters } from "./tokens";

const server = sharedServer();
const { shopping, store } = server.resources;

describe("a refresh", () => {
  test("answers access token, refresh token, scope and a fresh id_token", async () => {
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

  test("has no id_token when openid is not in its scope", async () => {
    const session = await signIn(server);

    const { id_token } = tokensIn(await refresh(server, session, { scope: "offline_access" }));

    expect(id_token).toBeUndefined();
  });

  test("has an id_token of the same subject, issued for the same client", async () => {
    const session = await signIn(server);

    const claims = idTokenClaims(tokensIn(await refresh(server, session)));

    const { sub, aud, iss } = idTokenClaims(session.tokens);
    expect(claims).toMatchObject({ sub, aud, iss });
  });

  test("leaves the earlier opaque access token alone", async () => {
    const session = await signIn(server);
    await refresh(server, session);

    expect(await userinfo(server, session.tokens.access_token)).toMatchObject({ status: 200 });
  });

  test("gives a confidential client its young refresh token back, again and again", async () => {
    const session = await signIn(server);

    const answers = await Promise.all(Array.from({ length: 5 }, () => refresh(server, session)));

    const refreshTokens = answers.map((answer) => tokensIn(answer).refresh_token);
    expect(new Set(refreshTokens)).toEqual(new Set([session.tokens.refresh_token]));
  });

  test("is not rate-limited: a hundred at once all succeed", async () => {
    const session = await signIn(server);

    const answers = await Promise.all(
      Array.from({ length: 100 }, () => refresh(server, session, { scope: "offline_access" })),
    );

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });
});

describe("a refresh is refused", () => {
  test("without a refresh token: invalid_request", async () => {
    const answer = await post(`${server.issuer}/token`, server.client, {
      grant_type: "refresh_token",
    });

    expect(answer).toMatchObject(refusal(400, "invalid_request"));
  });

  test("with a refresh token that never was issued: invalid_grant", async () => {
    const session = await signIn(server);

    expect(await refresh(server, session, { refresh_token: "x".repeat(43) })).toMatchObject(
      refusal(400, "invalid_grant"),
    );
  });

  test("to another client, by an answer that does not tell it from an unknown token", async (context) => {
    const client = given(server.otherClient, context, "CONTRACT_OTHER_CLIENT_ID");
    const session = await signIn(server);

    const foreign = await refresh(server, { ...session, client });

    const unknown = await refresh(server, session, { refresh_token: "x".repeat(43) });
    expect(foreign).toMatchObject(refusal(400, "invalid_grant"));
    expect(foreign.body).toEqual(unknown.body);
  });

  test("with a wrong client secret: 401 invalid_client", async () => {
    const session = await signIn(server);
    const client = { ...session.client, clientSecret: "wrong" };

    expect(await refresh(server, { ...session, client })).toMatchObject(
      refusal(401, "invalid_client"),
    );
  });

  test("with a scope beyond the token's: invalid_scope", async () => {
    const session = await signIn(server);

    expect(await refresh(server, session, { scope: "openid profile" })).toMatchObject(
      refusal(400, "invalid_scope"),
    );
  });

  test.each([
    ["that nobody knows", "https://unknown.example.com/api"],
    ["that was not in the authorization request", store],
    ["that is a scope", "urn:logto:scope:organizations"],
  ])("with a resource %s: invalid_target", async (_, resource) => {
    const scope = "openid offline_access urn:logto:scope:organizations";
    const session = await signIn(server, { scope, resource: shopping });

    expect(await refresh(server, session, { resource })).toMatchObject(
      refusal(400, "invalid_target"),
    );
  });

  test("and a confidential client's young refresh token outlives that", async () => {
    const session = await signIn(server);
    const refusals: Parameters[] = [
      { resource: "https://unknown.example.com/api" },
      { scope: "profile" },
      { organization_id: "nowhere" },
    ];
    for (const parameters of refusals) await refresh(server, session, parameters);

    const { refresh_token } = tokensIn(await refresh(server, session));

    expect(refresh_token).toBe(present(session.tokens.refresh_token, "a refresh token"));
  });
});
