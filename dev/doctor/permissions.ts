import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { decodeJwt } from "jose";
import { z } from "zod";
import { isLocal } from "./address";
import type { Report } from "./findings";
import { authorizationUrl, random, registered, requestToken, send, type Tenant } from "./requests";

/** The requested permissions: scopes that the issuer does not list itself. */
export function permissionsIn({ env, metadata }: Tenant): string[] {
  const { LOGTO_SCOPES, LOGTO_RESOURCES } = env;
  const known = metadata.scopes_supported ?? LOGTO_SCOPES;
  const isPermission = (scope: string) => !known.includes(scope) && !scope.startsWith("urn:logto:");
  return LOGTO_RESOURCES.length > 0 ? LOGTO_SCOPES.filter(isPermission) : [];
}

/**
 * Checks whether a user's access tokens have the requested permissions. Logto ignores an unknown
 * permission, and only its Management API lists them, to which the app has no access. So a user has
 * to sign in, with the doctor in place of the app.
 *
 * @param signInAt receives the address of the sign-in
 */
export async function checkPermissions(
  report: Report,
  tenant: Tenant,
  signInAt: (url: URL) => void,
): Promise<void> {
  const { env, origin } = tenant;
  const redirectUri = new URL(registered(origin)["Redirect URIs"]);
  if (redirectUri.protocol !== "http:" || !isLocal(redirectUri)) return report("not here");
  const verifier = random();
  const state = random();
  const challenge = createHash("sha256").update(verifier).digest("base64url");
  // Logto accepts several resources in one parameter (logto-facts "Tokens").
  const resource = env.LOGTO_RESOURCES.join(",");
  const parameters = { prompt: "consent", state, code_challenge: challenge, resource };
  const url = authorizationUrl(tenant, parameters);
  const callback = await receive(redirectUri, () => signInAt(url));
  if (!callback) return report("in use");
  const isOurs = callback.get("state") === state;
  const { body, error } = await requestToken(tenant, {
    grant_type: "authorization_code",
    client_secret: env.AUTH_LOGTO_SECRET,
    code: (isOurs && callback.get("code")) || "",
    redirect_uri: redirectUri.href,
    code_verifier: verifier,
  });
  if (!("id_token" in body))
    return report("not signed in", { error: callback.get("error") ?? error });
  const granted = await grantedScopes(tenant, body);
  const missing = permissionsIn(tenant).filter((scope) => !granted.has(scope));
  if (missing.length > 0) report("missing", { missing: missing.join(", ") });
}

/**
 * Waits for a request to an address of this machine.
 *
 * @param isListening is called once the request can come
 * @returns its parameters; undefined if another server uses the port
 */
function receive(address: URL, isListening: () => void): Promise<URLSearchParams | undefined> {
  return new Promise((resolve) => {
    const server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? "", address);
      const isExpected = pathname === address.pathname;
      response.writeHead(isExpected ? 200 : 404, { connection: "close" });
      response.end(isExpected ? "The doctor has what it needs: see the terminal." : "");
      if (isExpected) server.close(() => resolve(searchParams));
    });
    server.on("error", () => resolve(undefined));
    const hostname = address.hostname.replace(/^\[|\]$/g, "");
    server.listen(Number(address.port) || 80, hostname, isListening);
  });
}

const exchange = z.object({ refresh_token: z.string(), id_token: z.string() });
const refreshed = z.object({ refresh_token: z.string(), scope: z.string().default("") });
const claims = z.object({ organizations: z.array(z.string()).default([]) });

/**
 * Requests an access token for each resource and organization, then revokes the grant.
 *
 * @param body the response to the code exchange
 * @returns the scopes of all these tokens
 */
async function grantedScopes(tenant: Tenant, body: unknown): Promise<Set<string>> {
  const { env, metadata, timeout } = tenant;
  const { AUTH_LOGTO_ID: client_id, AUTH_LOGTO_SECRET: client_secret } = env;
  const tokens = exchange.parse(body);
  const { organizations } = claims.parse(decodeJwt(tokens.id_token));
  const targets = env.LOGTO_RESOURCES.flatMap((resource): Record<string, string>[] =>
    resource === "urn:logto:resource:organizations"
      ? organizations.map((organization_id) => ({ organization_id }))
      : [{ resource }],
  );
  const granted = new Set<string>();
  let { refresh_token } = tokens;
  try {
    // One at a time: each request may replace the refresh token.
    for (const target of targets) {
      const grant = { grant_type: "refresh_token", client_secret, refresh_token, ...target };
      const next = refreshed.parse((await requestToken(tenant, grant)).body);
      refresh_token = next.refresh_token;
      for (const scope of next.scope.split(" ")) granted.add(scope);
    }
  } finally {
    const form = { client_id, client_secret, token: refresh_token };
    await send(metadata.revocation_endpoint ?? "", timeout, form);
  }
  return granted;
}
