import {
  createLocalJWKSet,
  decodeJwt,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyResult,
} from "jose";
import { z } from "zod";
import { readResponse, required, tokensIn, type ParsedResponse, type Tokens } from "./responses";
import { authorize, type Authorization, type AuthorizationRequest } from "./authorization";
import { userinfoClaims } from "./claims";
import type { Client, Server } from "./server";

export type Parameters = Record<string, string | string[]>;

export interface SignIn extends Authorization {
  tokens: Tokens;
}

/** Posts a form with client authentication: basic, or `client_id` (and secret) in the body. */
export async function post(
  url: string,
  client: Client,
  parameters: Parameters,
  authentication: "basic" | "post" = client.clientSecret === undefined ? "post" : "basic",
): Promise<ParsedResponse> {
  const body = new URLSearchParams();
  for (const [name, values] of Object.entries(parameters)) {
    for (const value of [values].flat()) body.append(name, value);
  }
  const headers = new Headers();
  if (authentication === "basic") {
    const credentials = [client.clientId, client.clientSecret ?? ""]
      .map(encodeURIComponent)
      .join(":");
    headers.set("authorization", `Basic ${Buffer.from(credentials).toString("base64")}`);
  } else {
    body.set("client_id", client.clientId);
    if (client.clientSecret !== undefined) body.set("client_secret", client.clientSecret);
  }
  return readResponse(await fetch(url, { method: "POST", headers, body }));
}

/**
 * Exchanges the code (RFC 6749 §4.1.3). `parameters` are added to the request or replace its own.
 */
export function exchangeCode(
  server: Server,
  { client, callback, codeVerifier }: Authorization,
  parameters: Parameters = {},
): Promise<ParsedResponse> {
  return post(`${server.issuer}/token`, client, {
    grant_type: "authorization_code",
    code: required(callback.get("code"), `a code (${callback})`),
    redirect_uri: client.redirectUri,
    ...(codeVerifier && { code_verifier: codeVerifier }),
    ...parameters,
  });
}

/**
 * Refreshes (RFC 6749 §6) with the sign-in's refresh token, unless `parameters` contain another
 * one.
 */
export function refresh(
  server: Server,
  { client, tokens }: Pick<SignIn, "client" | "tokens">,
  parameters: Parameters = {},
): Promise<ParsedResponse> {
  return post(`${server.issuer}/token`, client, {
    grant_type: "refresh_token",
    refresh_token: required(tokens.refresh_token, "a refresh token"),
    ...parameters,
  });
}

/** Authorizes and exchanges the code. By default it requests a refresh token. */
export async function signIn(server: Server, request: AuthorizationRequest = {}): Promise<SignIn> {
  const authorization = await authorize(server, {
    prompt: "consent",
    scope: "openid offline_access",
    ...request,
  });
  return { ...authorization, tokens: tokensIn(await exchangeCode(server, authorization)) };
}

/**
 * Returns the ids of the tenant's two organizations, under the suite's names for them. It signs in
 * as alice, who is a member of both.
 */
export async function organizationIds(server: Server): Promise<{ acme: string; globex: string }> {
  const { tokens } = await signIn(server, { scope: "openid urn:logto:scope:organizations" });
  const { body } = await userinfo(server, tokens.access_token);
  const { organization_data } = userinfoClaims.pick({ organization_data: true }).parse(body);
  const idOf = (wanted: string) =>
    required(organization_data.find(({ name }) => name === wanted)?.id, wanted);
  return { acme: idOf(server.organizations.acme), globex: idOf(server.organizations.globex) };
}

export async function userinfo(server: Server, accessToken?: string): Promise<ParsedResponse> {
  const headers = new Headers();
  if (accessToken !== undefined) headers.set("authorization", `Bearer ${accessToken}`);
  return readResponse(await fetch(`${server.issuer}/me`, { headers }));
}

/** Verifies a JWT with the server's published keys: signature, issuer, audience and expiry. */
export async function verifyJwt(
  server: Server,
  jwt: string,
  audience: string,
): Promise<JWTVerifyResult> {
  const { body } = await readResponse(await fetch(`${server.issuer}/jwks`));
  const keys = z
    .object({
      keys: z.array(
        z.object({
          kty: z.string(),
          kid: z.string(),
          crv: z.string(),
          x: z.string(),
          y: z.string(),
        }),
      ),
    })
    .parse(body);
  return jwtVerify(jwt, createLocalJWKSet(keys), { issuer: server.issuer, audience });
}

export function idTokenClaims({ id_token }: Tokens): JWTPayload {
  return decodeJwt(required(id_token, "an id_token"));
}
