import { expect, test } from "vitest";
import { z } from "zod";
import { readResponse } from "./responses";
import { serverUnderTest } from "./server";

const server = serverUnderTest();
const { issuer } = server;

async function metadata(): Promise<unknown> {
  return (await readResponse(await fetch(`${issuer}/.well-known/openid-configuration`))).body;
}

test("the issuer is the endpoint plus /oidc, without a trailing slash", async () => {
  expect(new URL(issuer).pathname).toBe("/oidc");
  expect(await metadata()).toMatchObject({ issuer });
});

test("discovery lists Logto's endpoints", async () => {
  expect(await metadata()).toMatchObject({
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/me`,
    jwks_uri: `${issuer}/jwks`,
    end_session_endpoint: `${issuer}/session/end`,
    revocation_endpoint: `${issuer}/token/revocation`,
    introspection_endpoint: `${issuer}/token/introspection`,
    pushed_authorization_request_endpoint: `${issuer}/request`,
  });
});

test("discovery announces ES384 as the only id_token algorithm and S256 as the only PKCE method", async () => {
  expect(await metadata()).toMatchObject({
    id_token_signing_alg_values_supported: ["ES384"],
    code_challenge_methods_supported: ["S256"],
  });
});

test("discovery announces every client authentication method", async () => {
  const { token_endpoint_auth_methods_supported: methods } = z
    .object({ token_endpoint_auth_methods_supported: z.array(z.string()) })
    .parse(await metadata());

  expect(methods.sort()).toEqual([
    "client_secret_basic",
    "client_secret_jwt",
    "client_secret_post",
    "none",
    "private_key_jwt",
  ]);
});

test("discovery announces iss in callbacks, and back-channel logout with sid", async () => {
  expect(await metadata()).toMatchObject({
    authorization_response_iss_parameter_supported: true,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
  });
});

test("discovery announces the supported scopes", async () => {
  const { scopes_supported: scopes } = z
    .object({ scopes_supported: z.array(z.string()) })
    .parse(await metadata());

  expect(scopes.sort()).toEqual([
    "address",
    "custom_data",
    "email",
    "identities",
    "offline_access",
    "openid",
    "phone",
    "profile",
    "roles",
    "urn:logto:scope:organization_roles",
    "urn:logto:scope:organizations",
    "urn:logto:scope:sessions",
  ]);
});

test("the published keys are public P-384 keys with an id", async () => {
  const { body } = await readResponse(await fetch(`${issuer}/jwks`));
  const { keys } = z
    .object({
      keys: z
        .array(
          z.looseObject({
            kty: z.literal("EC"),
            crv: z.literal("P-384"),
            kid: z.string(),
            d: z.undefined().optional(),
          }),
        )
        .min(1),
    })
    .parse(body);

  expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length);
});
