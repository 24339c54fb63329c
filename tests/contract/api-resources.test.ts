import { describe, expect, test } from "vitest";
import { refusal, scopesIn, tokensIn } from "./answers";
import { authorize } from "./authorization";
import { sharedServer, type Person } from "./server";
import { exchangeCode, refresh, signIn, userinfo, verifyJwt } from "./tokens";

const server = sharedServer();
const { alice, bob, carol } = server.users;
const { shopping, store } = server.resources;
const everyPermission = "openid offline_access read write delete";

function signInForApis(person: Person, scope = everyPermission) {
  return signIn(server, { person, scope, resource: [shopping, store] });
}

async function permissions(person: Person, resource: string, scope?: string): Promise<string[]> {
  const tokens = tokensIn(await refresh(server, await signInForApis(person, scope), { resource }));
  const { payload } = await verifyJwt(server, tokens.access_token, resource);
  expect(scopesIn(payload.scope ?? "")).toEqual(scopesIn(tokens.scope));
  return scopesIn(tokens.scope);
}

describe("an access token for an API resource", () => {
  test("is a JWT after RFC 9068 that verifies against the published keys", async () => {
    const { client, tokens } = await signInForApis(bob);
    const { access_token, expires_in } = tokensIn(
      await refresh(server, { client, tokens }, { resource: shopping }),
    );

    const { payload, protectedHeader } = await verifyJwt(server, access_token, shopping);

    expect(protectedHeader).toMatchObject({ alg: "ES384", typ: "at+jwt", kid: expect.any(String) });
    expect(payload).toEqual({
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

  test("comes from the code exchange when that names the resource", async () => {
    const authorization = await authorize(server, {
      resource: [shopping, store],
      scope: "openid write",
    });

    const tokens = tokensIn(await exchangeCode(server, authorization, { resource: shopping }));

    await expect(verifyJwt(server, tokens.access_token, shopping)).resolves.toBeDefined();
  });

  test("does not open userinfo", async () => {
    const tokens = tokensIn(
      await refresh(server, await signInForApis(bob), { resource: shopping }),
    );

    expect(await userinfo(server, tokens.access_token)).toMatchObject(
      refusal(401, "invalid_token"),
    );
  });

  test("is opaque when two resources are named at once", async () => {
    const tokens = tokensIn(
      await refresh(server, await signInForApis(bob), { resource: [shopping, store] }),
    );

    expect(tokens.access_token).toMatch(/^[\w-]{43}$/);
  });
});

describe("its permissions", () => {
  test.each([
    ["an admin at the shop", alice, shopping, ["read", "write"]],
    ["an admin", alice, store, ["delete", "read"]],
    ["an editor", bob, shopping, ["read", "write"]],
    ["an editor", bob, store, ["read"]],
    ["a viewer", carol, shopping, ["read"]],
    ["a viewer", carol, store, []],
  ])("are those that %s holds", async (_, person, resource, held) => {
    expect(await permissions(person, resource)).toEqual(held);
  });

  test("are no more than the authorization request asked for", async () => {
    expect(await permissions(alice, shopping, "openid offline_access read")).toEqual(["read"]);
  });

  test("are none when the authorization request asked for none", async () => {
    expect(await permissions(alice, shopping, "openid offline_access")).toEqual([]);
  });
});
