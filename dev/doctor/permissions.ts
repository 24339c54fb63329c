import { createServer } from "node:http";
import * as oidc from "openid-client";
import { parseUserClaims } from "../../lib/logto/claims";
import { toLogtoError } from "../../lib/logto/client";
import { isLogtoError } from "../../lib/logto/errors";
import { refreshTokens, revokeGrant, type TokenTarget } from "../../lib/logto/tokens";
import { isLocal, registered } from "./address";
import type { Report } from "./findings";
import { authorizationUrl, type Tenant } from "./requests";

/** Shows the user the address of the sign-in. */
export type SignIn = (url: URL) => void;

/**
 * Checks whether a user's access tokens have the requested permissions. Logto ignores an unknown
 * permission, and only its Management API lists them, to which the app has no access. So a user has
 * to sign in, with the doctor in place of the app.
 */
export async function checkPermissions(report: Report, tenant: Tenant, signInAt: SignIn) {
  const redirectUri = new URL(registered(tenant.origin)["Redirect URIs"]);
  if (redirectUri.protocol !== "http:" || !isLocal(redirectUri)) return report("not here");
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const expectedState = oidc.randomState();
  const url = authorizationUrl(tenant, {
    prompt: "consent",
    state: expectedState,
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    // Logto accepts several resources in one parameter (logto-facts "Tokens").
    resource: tenant.env.LOGTO_RESOURCES.join(","),
  });
  const callback = await receive(redirectUri, () => signInAt(url));
  if (!callback) return report("in use");
  const denial = callback.searchParams.get("error");
  if (denial) return report("not signed in", { error: denial });
  const checks = { pkceCodeVerifier, expectedState, idTokenExpected: true };
  const tokens = await oidc
    .authorizationCodeGrant(tenant.configuration, callback, checks)
    .catch(toLogtoError);
  if (isLogtoError(tokens)) return report("not signed in", { error: tokens.message });
  const granted = await grantedScopes(tenant, tokens.refresh_token ?? "", tokens.claims());
  const missing = tenant.permissions.filter((scope) => !granted.includes(scope));
  if (missing.length > 0) report("missing", { missing: missing.join(", ") });
}

/**
 * Waits for a request to an address of this machine.
 *
 * @param isListening is called once the request can come
 * @returns its URL; undefined if another server uses the port
 */
function receive(address: URL, isListening: () => void): Promise<URL | undefined> {
  return new Promise((resolve) => {
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? "", address);
      const isExpected = url.pathname === address.pathname;
      response.writeHead(isExpected ? 200 : 404, { connection: "close" });
      response.end(isExpected ? "The doctor has what it needs: see the terminal." : "");
      if (isExpected) server.close(() => resolve(url));
    });
    server.on("error", () => resolve(undefined));
    const hostname = address.hostname.replace(/^\[|\]$/g, "");
    server.listen(Number(address.port) || 80, hostname, isListening);
  });
}

/**
 * Requests an access token for each resource and organization, then revokes the grant.
 *
 * @param refreshToken of the sign-in
 * @param payload of its id_token
 * @returns the scopes of all these tokens
 */
async function grantedScopes({ client, env }: Tenant, refreshToken: string, payload: unknown) {
  const { sub, organizations } = parseUserClaims(payload);
  const targets = env.LOGTO_RESOURCES.flatMap((resource): TokenTarget[] =>
    resource === "urn:logto:resource:organizations"
      ? (organizations ?? []).map((organizationId) => ({ organizationId }))
      : [{ resource }],
  );
  const granted: string[] = [];
  let current = refreshToken;
  try {
    // One at a time: each request may replace the refresh token.
    for (const target of targets) {
      const response = await refreshTokens(client, current, sub, target);
      current = response.refreshToken;
      granted.push(...response.scopes);
    }
  } finally {
    await revokeGrant(client, current);
  }
  return granted;
}
