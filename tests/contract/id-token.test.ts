import { describe, expect, test } from "vitest";
import { z } from "zod";
import { present, tokensIn } from "./answers";
import type { AuthorizationRequest } from "./authorization";
import { everyClaim, sharedClaims, userinfoClaims } from "./claims";
import { given, sharedServer } from "./server";
import { idTokenClaims, refresh, signIn, verifyJwt } from "./tokens";

const server = sharedServer();
const { alice, bob, carol } = server.users;

async function claimsFor(request: AuthorizationRequest) {
  return idTokenClaims((await signIn(server, request)).tokens);
}

describe("an id_token", () => {
  test("is an ES384 JWT that verifies against the published keys", async () => {
    const { tokens, client } = await signIn(server);

    const idToken = present(tokens.id_token, "an id_token");
    const { protectedHeader } = await verifyJwt(server, idToken, client.clientId);

    expect(protectedHeader).toMatchObject({ alg: "ES384", kid: expect.any(String) });
  });

  test("lives an hour", async () => {
    const { iat = 0, exp } = await claimsFor({});

    expect(exp).toBe(iat + 3600);
  });

  test("repeats the nonce", async () => {
    expect(await claimsFor({ parameters: { nonce: "a nonce" } })).toHaveProperty(
      "nonce",
      "a nonce",
    );
  });

  test("names the browser session where the application's back-channel logout requires it", async (context) => {
    given(server.receiver, context, "CONTRACT_BACKCHANNEL_PORT");

    expect(await claimsFor({})).toMatchObject({ sid: expect.any(String) });
  });

  test("does not name the browser session otherwise", async (context) => {
    const client = given(server.otherClient, context, "CONTRACT_OTHER_CLIENT_ID");

    expect(await claimsFor({ client })).not.toHaveProperty("sid");
  });

  test("gives one person the same subject at every application", async (context) => {
    const client = given(server.otherClient, context, "CONTRACT_OTHER_CLIENT_ID");

    const { sub } = await claimsFor({});

    expect(await claimsFor({ client })).toHaveProperty("sub", sub);
  });
});

describe("the claims in an id_token", () => {
  test("are all but four of those that exist, when their scopes are asked for", async () => {
    const { success, error } = sharedClaims.safeParse(await claimsFor({ scope: everyClaim }));

    expect(success, error && z.prettifyError(error)).toBe(true);
  });

  test("leave what may be long to userinfo", async () => {
    const claims = await claimsFor({ scope: everyClaim });

    for (const claim of Object.keys(userinfoClaims.shape)) expect(claims).not.toHaveProperty(claim);
  });

  test("are none about the person without those scopes", async () => {
    const bare = await claimsFor({ scope: "openid" });

    expect(Object.keys(bare).filter((claim) => claim in sharedClaims.shape)).toEqual(["sub"]);
  });

  test("are null for a name, picture, e-mail address and telephone number that are not set", async () => {
    expect(await claimsFor({ person: carol, scope: everyClaim })).toMatchObject({
      name: null,
      picture: null,
      email: null,
      phone_number: null,
      username: carol.username,
    });
  });

  test("are absent for every other member of the profile that is not set", async () => {
    const claims = await claimsFor({ person: carol, scope: everyClaim });

    for (const claim of [
      ...["family_name", "given_name", "middle_name", "nickname", "profile", "website"],
      ...["gender", "birthdate", "zoneinfo", "locale", "address"],
    ]) {
      expect(claims).not.toHaveProperty(claim);
    }
  });

  test("have the username for a preferred_username that is not set (1.41)", async () => {
    expect(await claimsFor({ person: carol, scope: everyClaim })).toHaveProperty(
      "preferred_username",
      carol.username,
    );
  });

  test("name the person's roles", async () => {
    expect(await claimsFor({ person: alice, scope: "openid roles" })).toHaveProperty("roles", [
      "admin",
    ]);
    expect(await claimsFor({ person: bob, scope: "openid roles" })).toHaveProperty("roles", [
      "editor",
    ]);
  });

  test("come anew with a refresh", async () => {
    const session = await signIn(server, { scope: `${everyClaim} offline_access` });

    const fresh = sharedClaims.parse(idTokenClaims(tokensIn(await refresh(server, session))));

    const { updated_at, ...lasting } = sharedClaims.parse(idTokenClaims(session.tokens));
    expect(fresh).toMatchObject(lasting);
    expect(fresh.updated_at).toBeGreaterThanOrEqual(updated_at);
  });

  test("tell by updated_at that the person signed in", async () => {
    const first = await claimsFor({ scope: "openid profile" });
    const second = await claimsFor({ scope: "openid profile" });

    expect(Number(second.updated_at)).toBeGreaterThan(Number(first.updated_at));
    expect(second.created_at).toBe(first.created_at);
  });
});
