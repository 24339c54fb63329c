import { describe, expect, test } from "vitest";
import { errorResponse, required, tokensIn } from "./responses";
import { serverUnderTest } from "./server";
import { post, refresh, signIn, userinfo, verifyJwt, type SignIn } from "./tokens";

const server = serverUnderTest();

function revoke(token: string, hint: "refresh_token" | "access_token" = "refresh_token") {
  return post(`${server.issuer}/token/revocation`, server.client, { token, token_type_hint: hint });
}

async function introspect(token: string): Promise<unknown> {
  const { body } = await post(`${server.issuer}/token/introspection`, server.client, { token });
  return body;
}

function refreshTokenOf({ tokens }: SignIn): string {
  return required(tokens.refresh_token, "a refresh token");
}

describe("revoking a refresh token", () => {
  test("returns 200 with an empty body", async () => {
    expect(await revoke(refreshTokenOf(await signIn(server)))).toMatchObject({
      status: 200,
      body: "",
    });
  });

  test("returns the same for a token that was never issued", async () => {
    expect(await revoke("x".repeat(43))).toMatchObject({ status: 200, body: "" });
  });

  test("revokes the grant: a refresh fails, and userinfo rejects its opaque access token", async () => {
    const session = await signIn(server);

    await revoke(refreshTokenOf(session));

    expect(await refresh(server, session)).toMatchObject(errorResponse(400, "invalid_grant"));
    expect(await userinfo(server, session.tokens.access_token)).toMatchObject(
      errorResponse(401, "invalid_token"),
    );
  });

  test("does not revoke the user's other grants", async () => {
    const [here, elsewhere] = await Promise.all([signIn(server), signIn(server)]);

    await revoke(refreshTokenOf(here));

    expect(await refresh(server, elsewhere)).toMatchObject({ status: 200 });
  });

  test("makes the next refresh fail with the same response as for an unknown token", async () => {
    const session = await signIn(server);
    await revoke(refreshTokenOf(session));

    const revoked = await refresh(server, session);

    const unknown = await refresh(server, session, { refresh_token: "x".repeat(43) });
    expect(revoked.body).toEqual(unknown.body);
  });
});

describe("introspection", () => {
  test("reports an opaque access token as active until its grant is revoked", async () => {
    const session = await signIn(server);
    const { access_token } = session.tokens;
    expect(await introspect(access_token)).toMatchObject({
      active: true,
      client_id: server.client.clientId,
    });

    await revoke(refreshTokenOf(session));

    expect(await introspect(access_token)).toEqual({ active: false });
  });

  test("reports every JWT as inactive, even if it verifies", async () => {
    const resource = server.resources.shopping;
    const session = await signIn(server, { resource, scope: "openid offline_access read" });
    const { access_token } = tokensIn(await refresh(server, session, { resource }));

    await expect(verifyJwt(server, access_token, resource)).resolves.toBeDefined();
    expect(await introspect(access_token)).toEqual({ active: false });
  });
});
