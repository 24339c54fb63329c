import { describe, expect, test } from "vitest";
import { z } from "zod";
import { errorResponse } from "./responses";
import type { AuthorizationRequest } from "./authorization";
import { commonClaims, everyClaim, userinfoClaims } from "./claims";
import { serverUnderTest } from "./server";
import { idTokenClaims, signIn, userinfo } from "./tokens";

const server = serverUnderTest();
const { carol } = server.users;

async function userinfoFor(request: AuthorizationRequest): Promise<unknown> {
  const { tokens } = await signIn(server, request);
  return (await userinfo(server, tokens.access_token)).body;
}

describe("userinfo", () => {
  test("returns every claim whose scope was requested", async () => {
    const complete = z.object({ ...commonClaims.shape, ...userinfoClaims.shape });

    const { success, error } = complete.safeParse(await userinfoFor({ scope: everyClaim }));

    expect(success, error && z.prettifyError(error)).toBe(true);
  });

  test("returns the same values as the id_token for claims that both have", async () => {
    const { tokens } = await signIn(server, { scope: everyClaim });

    const { updated_at, ...lasting } = commonClaims.parse(idTokenClaims(tokens));
    const { body } = await userinfo(server, tokens.access_token);
    expect(body).toMatchObject(lasting);
    expect(commonClaims.parse(body).updated_at).toBeGreaterThanOrEqual(updated_at);
  });

  test("returns id, name and description of each organization", async () => {
    const body = userinfoClaims
      .pick({ organization_data: true })
      .parse(await userinfoFor({ scope: "openid urn:logto:scope:organizations" }));

    const names = body.organization_data.map(({ name }) => name);
    expect(names.sort()).toEqual(Object.values(server.organizations).sort());
  });

  test("returns the subject alone if only openid was requested", async () => {
    expect(await userinfoFor({ scope: "openid" })).toEqual({ sub: expect.any(String) });
  });

  test("returns nulls and empty values for a user without details", async () => {
    expect(await userinfoFor({ user: carol, scope: everyClaim })).toMatchObject({
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

  test("rejects a request without a token with 400 invalid_request", async () => {
    expect(await userinfo(server)).toMatchObject(errorResponse(400, "invalid_request"));
  });

  test("rejects a token that was never issued with 401 invalid_token and a challenge", async () => {
    const response = await userinfo(server, "x".repeat(43));

    expect(response).toMatchObject(errorResponse(401, "invalid_token"));
    expect(response.headers.get("www-authenticate")).toMatch(/^Bearer/);
  });
});
