import {
  createLocalJWKSet,
  decodeJwt,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyResult,
} from "jose";
import { z } from "zod";
import { present, readAnswer, tokensIn, type Answer, type Tokens } from "./answers";
import { authorize, type Authorization, type AuthorizationRequest } from "./authorization";
import { userinfoClaims } from "./claims";
import type { Client, Server } from "./server";

export type Parameters = Record<string, string | string[]>;

export interface SignIn extends Authorization {
  tokens: Tokens;
}

/** POST of a form with client authentication: basic, or `client_id` (and secret) in the body. */
export async function post(
  url: string,
  client: Client,
  parameters: Parameters,
  authentication: "basic" | "post" = client.clientSecret === undefined ? "post" : "basic",
): Promise<Answer> {
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
  return readAnswer(await fetch(url, { method: "POST", headers, body }));
}

/** The code exchange (RFC 6749 §4.1.3); `parameters` add to or replace its own. */
export function exchangeCode(
  server: Server,
  { client, callback, codeVerifier }: Authorization,
  parameters: Parameters = {},
): Promise<Answer> {
  return post(`${server.issuer}/token`, client, {
    grant_type: "authorization_code",
    code: present(callback.get("code"), `a code (${callback})`),
    redirect_uri: client.redirectUri,
    ...(codeVerifier && { code_verifier: codeVerifier }),
    ...parameters,
  });
}

/**
 * The refresh (RFC 6749 §6), with the sign-in's own refresh token unless `parameters` name another.
 */
export function refresh(
  server: Server,
  { client, tokens }: Pick<SignIn, "client" | "tokens">,
  parameters: Parameters = {},
): Promise<Answer> {
  return post(`${server.issuer}/token`, client, {
    grant_type: "refresh_token",
    refresh_token: present(tokens.refresh_token, "a refresh token"),
    ...parameters,
  });
}

/** Authorization and code exchange; asks for a refresh token unless told otherwise. */
export async function signIn(server: Server, request: AuthorizationRequest = {}): Promise<SignIn> {
  const authorization = await authorize(server, {
    prompt: "consent",
    scope: "openid offline_access",
    ...request,
  });
  return { ...authorization, tokens: tokensIn(await exchangeCode(server, authorization)) };
}

/**
 * The ids of the tenant's two organizations, by the names that this suite has for them: alice is a
 * member of both.
 */
export async function organizationIds(server: Server): Promise<{ acme: string; globex: string }> {
  const { tokens } = await signIn(server, { scope: "openid urn:logto:scope:organizations" });
  const { body } = await userinfo(server, tokens.access_token);
  const { organization_data } = userinfoClaims.pick({ organization_data: true }).parse(body);
  const idOf = (wanted: string) =>
    present(organization_data.find(({ name }) => name === wanted)?.id, wanted);
  return { acme: idOf(server.organizations.acme), globex: idOf(server.organizations.globex) };
}

export async function userinfo(server: Server, accessToken?: string): Promise<Answer> {
  const headers = new Headers();
  if (accessToken !== undefined) headers.set("authorization", `Bearer ${accessToken}`);
  return readAnswer(await fetch(`${server.issuer}/me`, { headers }));
}

/** Verifies signature, issuer, audience and expiry of a JWT against the server's published keys. */
export async function verifyJwt(
  server: Server,
  jwt: string,
  audience: string,
): Promise<JWTVerifyResult> {
  const { body } = await readAnswer(await fetch(`${server.issuer}/jwks`));
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
  return decodeJwt(present(id_token, "an id_token"));
}
