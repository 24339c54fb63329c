import { describe, expect, test } from "vitest";
import { z } from "zod";
import { refusal } from "./answers";
import type { AuthorizationRequest } from "./authorization";
import { everyClaim, sharedClaims, userinfoClaims } from "./claims";
import { sharedServer } from "./server";
import { idTokenClaims, signIn, userinfo } from "./tokens";

const server = sharedServer();
const { carol } = server.users;

async function userinfoFor(request: AuthorizationRequest): Promise<unknown> {
  const { tokens } = await signIn(server, request);
  return (await userinfo(server, tokens.access_token)).body;
}

describe("userinfo", () => {
  test("has every claim whose scope was asked for", async () => {
    const complete = z.object({ ...sharedClaims.shape, ...userinfoClaims.shape });

    const { success, error } = complete.safeParse(await userinfoFor({ scope: everyClaim }));

    expect(success, error && z.prettifyError(error)).toBe(true);
  });

  test("agrees with the id_token where both have a claim", async () => {
    const { tokens } = await signIn(server, { scope: everyClaim });

    const { updated_at, ...lasting } = sharedClaims.parse(idTokenClaims(tokens));
    const { body } = await userinfo(server, tokens.access_token);
    expect(body).toMatchObject(lasting);
    expect(sharedClaims.parse(body).updated_at).toBeGreaterThanOrEqual(updated_at);
  });

  test("names each organization by id, name and description", async () => {
    const body = userinfoClaims
      .pick({ organization_data: true })
      .parse(await userinfoFor({ scope: "openid urn:logto:scope:organizations" }));

    const names = body.organization_data.map(({ name }) => name);
    expect(names.sort()).toEqual(Object.values(server.organizations).sort());
  });

  test("is the subject alone when nothing but openid was asked for", async () => {
    expect(await userinfoFor({ scope: "openid" })).toEqual({ sub: expect.any(String) });
  });

  test("is full of nulls and empty lists for someone who has set nothing", async () => {
    expect(await userinfoFor({ person: carol, scope: everyClaim })).toMatchObject({
      name: null,
      picture: null,
      email: null,
      phone_number: null,
      custom_data: {},
      identities: {},
      sso_identities: [],
      organizations: [],
      organization_roles: [],
      organization_data: [],
    });
  });

  test("without a token is 400 invalid_request", async () => {
    expect(await userinfo(server)).toMatchObject(refusal(400, "invalid_request"));
  });

  test("with a token that never was issued is 401 invalid_token with a challenge", async () => {
    const answer = await userinfo(server, "x".repeat(43));

    expect(answer).toMatchObject(refusal(401, "invalid_token"));
    expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer/);
  });
});
