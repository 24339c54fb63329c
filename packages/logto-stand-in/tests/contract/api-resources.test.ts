import { describe, expect, test } from "vitest";
import { errorResponse, scopesIn, tokensIn } from "./responses";
import { authorize } from "./authorization";
import { serverUnderTest, type User } from "./server";
import { exchangeCode, refresh, signIn, userinfo, verifyJwt } from "./tokens";

const server = serverUnderTest();
const { alice, bob, carol } = server.users;
const { shopping, store } = server.resources;
const everyPermission = "openid offline_access read write delete";

function signInForApis(user: User, scope = everyPermission) {
  return signIn(server, { user, scope, resource: [shopping, store] });
}

async function permissions(user: User, resource: string, scope?: string): Promise<string[]> {
  const tokens = tokensIn(await refresh(server, await signInForApis(user, scope), { resource }));
  const { payload } = await verifyJwt(server, tokens.access_token, resource);
  expect(scopesIn(payload.scope ?? "")).toEqual(scopesIn(tokens.scope));
  return scopesIn(tokens.scope);
}

describe("an access token for an API resource", () => {
  test("is an RFC 9068 JWT that verifies against the published keys", async () => {
    const { client, tokens } = await signInForApis(bob);
    const { access_token, expires_in } = tokensIn(
      await refresh(server, { client, tokens }, { resource: shopping }),
    );

    const { payload, protectedHeader } = await verifyJwt(server, access_token, shopping);

    expect(protectedHeader).toMatchObject({ alg: "ES384", typ: "at+jwt", kid: expect.any(String) });
    // From 1.46 on, step-up.test.ts has these.
    const step = { acr: undefined, amr: undefined, auth_time: undefined };
    expect({ ...payload, ...step }).toEqual({
      jti: expect.any(String),
      sub: expect.any(String),
      iat: expect.any(Number),
      exp: (payload.iat ?? 0) + expires_in,
      scope: expect.any(String),
      client_id: client.clientId,
      iss: server.issuer,
      aud: shopping,
    });
    expect(expires_in).toBe(3600);
  });

  test("is issued by the code exchange if it names the resource", async () => {
    const authorization = await authorize(server, {
      resource: [shopping, store],
      scope: "openid write",
    });

    const tokens = tokensIn(await exchangeCode(server, authorization, { resource: shopping }));

    await expect(verifyJwt(server, tokens.access_token, shopping)).resolves.toBeDefined();
  });

  test("is rejected by userinfo", async () => {
    const tokens = tokensIn(
      await refresh(server, await signInForApis(bob), { resource: shopping }),
    );

    expect(await userinfo(server, tokens.access_token)).toMatchObject(
      errorResponse(401, "invalid_token"),
    );
  });

  test("is opaque if the request names two resources", async () => {
    const tokens = tokensIn(
      await refresh(server, await signInForApis(bob), { resource: [shopping, store] }),
    );

    expect(tokens.access_token).toMatch(/^[\w-]{43}$/);
  });
});

describe("the permissions in an access token for an API resource", () => {
  test.each([
    ["an admin at the shopping API", alice, shopping, ["read", "write"]],
    ["an admin at the store API", alice, store, ["delete", "read"]],
    ["an editor at the shopping API", bob, shopping, ["read", "write"]],
    ["an editor at the store API", bob, store, ["read"]],
    ["a viewer at the shopping API", carol, shopping, ["read"]],
    ["a viewer at the store API", carol, store, []],
  ])("are those of %s", async (_, user, resource, held) => {
    expect(await permissions(user, resource)).toEqual(held);
  });

  test("are limited to those in the authorization request", async () => {
    expect(await permissions(alice, shopping, "openid offline_access read")).toEqual(["read"]);
  });

  test("are none if the authorization request named none", async () => {
    expect(await permissions(alice, shopping, "openid offline_access")).toEqual([]);
  });
});
