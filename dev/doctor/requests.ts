import { randomBytes } from "node:crypto";
import type * as oidc from "openid-client";
import { z } from "zod";
import type { Env } from "../../lib/env";

/** The URIs that have to be registered in Logto's console, for an app at this origin. */
export const registered = (origin: string) => ({
  "Redirect URIs": `${origin}/api/auth/callback/logto`,
  "Post sign-out redirect URIs": `${origin}/`,
  "Backchannel logout URI": `${origin}/api/auth/backchannel-logout`,
});

/** A configuration with an address, and the discovery document of its issuer. */
export interface Tenant {
  env: Env;
  /** The origin of the app. */
  origin: string;
  metadata: oidc.ServerMetadata;
  /** Timeout of each request, in seconds. */
  timeout: number;
}

export const random = () => randomBytes(32).toString("base64url");
const json = z.looseObject({ error: z.string().optional() });

/**
 * Sends a request to the issuer.
 *
 * @returns the body; the error, in a redirect or in the body; and by how many seconds the issuer's
 *   clock is ahead
 */
export async function send(url: URL | string, timeout: number, form?: Record<string, string>) {
  const sent = Date.now();
  const response = await fetch(url, {
    redirect: "manual",
    headers: { accept: "application/json" },
    signal: AbortSignal.timeout(timeout * 1000),
    ...(form && { method: "POST", body: new URLSearchParams(form) }),
  });
  const { headers, status } = response;
  const back = new URL(headers.get("location") ?? "", url);
  const body = json.safeParse(await response.json().catch(() => undefined)).data ?? {};
  const error = back.searchParams.get("error") ?? body.error ?? `HTTP ${status}`;
  // The header has whole seconds, so on average the clock is half a second further.
  const date = Date.parse(headers.get("date") ?? "") + 500;
  const ahead = (date - (sent + Date.now()) / 2) / 1000 || 0;
  return { back: back.origin + back.pathname, body, error, status, ahead };
}

/** An authorization request of the app (RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 8707 §2). */
export function authorizationUrl(tenant: Tenant, parameters: Record<string, string>): URL {
  const url = new URL(tenant.metadata.authorization_endpoint ?? "");
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: tenant.env.AUTH_LOGTO_ID,
    redirect_uri: registered(tenant.origin)["Redirect URIs"],
    scope: tenant.env.LOGTO_SCOPES.join(" "),
    code_challenge_method: "S256",
    ...parameters,
  }).toString();
  return url;
}

/** Sends a form to the token endpoint. */
export function requestToken(
  { env, metadata, timeout }: Omit<Tenant, "origin">,
  form: Record<string, string>,
) {
  const client_id = env.AUTH_LOGTO_ID;
  return send(metadata.token_endpoint ?? "", timeout, { client_id, ...form });
}
