import type * as oidc from "openid-client";
import type { Env } from "../../lib/env";
import { fetchMetadata, toLogtoError } from "../../lib/logto/client";
import { isLogtoError } from "../../lib/logto/errors";
import { withDeadline } from "../../lib/logto/fetch-with-retry";
import { checkBackchannelLogout, isLocal } from "./address";
import type { Findings, Report } from "./findings";
import { checkPermissions, permissionsIn } from "./permissions";
import { authorizationUrl, random, registered, requestToken, send, type Tenant } from "./requests";

/**
 * Checks the issuer, and how it knows the app.
 *
 * @param signInAt shows the user where to sign in; without it no user is asked to
 */
export async function checkTenant(
  findings: Findings,
  { env, origin, timeout }: { env: Env; origin: string | undefined; timeout: number },
  signInAt: ((url: URL) => void) | undefined,
): Promise<void> {
  const { AUTH_LOGTO_ISSUER: issuer, AUTH_LOGTO_ID, AUTH_LOGTO_SECRET } = env;
  const credentials = { issuer, clientId: AUTH_LOGTO_ID, clientSecret: AUTH_LOGTO_SECRET };
  // The check at the app's start does the same (lib/server/check-issuer.ts).
  const deadline = Date.now() + timeout * 1000;
  const metadata = await withDeadline(deadline, fetchMetadata(credentials)).catch(toLogtoError);
  await findings.look("issuer", { issuer }, (report) => {
    if (isLogtoError(metadata)) report(faultOf(metadata.message), { reason: metadata.message });
    else checkDocument(report, metadata);
  });
  const known = isLogtoError(metadata) ? undefined : metadata.scopes_supported;
  await findings.look("scopes", {}, (report) => checkScopes(report, env, known));
  if (isLogtoError(metadata)) return;

  const isAccepted = await findings.look("client", {}, (report) =>
    checkClient(report, { env, metadata, timeout }),
  );
  if (!isAccepted) return;
  await findings.look("clock", {}, (report) => checkClock(report, { env, metadata, timeout }));
  if (!origin) return;
  await findings.look("back-channel logout", { origin }, (report) =>
    checkBackchannelLogout(report, env, origin),
  );
  const tenant = { env, origin, metadata, timeout };
  const isRegistered = await checkApplication(findings, tenant);
  const permissions = permissionsIn(tenant).join(", ");
  if (isRegistered && permissions)
    await findings.look("permissions", { permissions, origin }, (report) =>
      signInAt ? checkPermissions(report, tenant, signInAt) : report("not checked"),
    );
}

/**
 * The name of the finding about an issuer without a usable document.
 *
 * @param message has Node.js's error code (see "X509 certificate error codes" in its manual)
 */
export function faultOf(message: string): string {
  if (message.includes("names another issuer")) return "other name";
  if (/SELF_SIGNED|LEAF_SIGNATURE|ISSUER_CERT/.test(message)) return "unknown CA";
  return message.includes("CERT") ? "certificate" : "unusable";
}

/** @param metadata the discovery document; its issuer is already known to be the configured one */
export function checkDocument(report: Report, metadata: oidc.ServerMetadata): void {
  const issuer = new URL(metadata.issuer);
  if (issuer.protocol === "http:" && !isLocal(issuer)) report("plain http");
  const names = ["authorization", "token", "userinfo", "end_session", "revocation"] as const;
  for (const name of names) {
    const endpoint = metadata[`${name}_endpoint`];
    const place = endpoint ? new URL(endpoint).origin : "nowhere";
    if (place !== issuer.origin) report("endpoint", { name, place, issuer: issuer.origin });
  }
  if (!metadata.code_challenge_methods_supported?.includes("S256")) report("no PKCE");
  const algorithms = metadata.id_token_signing_alg_values_supported ?? [];
  if (!algorithms.includes("ES384")) report("algorithm", { algorithms: algorithms.join(", ") });
}

/** @param known `scopes_supported` of the issuer's discovery document; undefined if unknown */
export function checkScopes(
  report: Report,
  { LOGTO_SCOPES: scopes, LOGTO_RESOURCES: resources }: Env,
  known: readonly string[] = scopes,
): void {
  if (!scopes.includes("offline_access")) report("no refresh token");
  const isMissing = !scopes.includes("urn:logto:scope:organizations");
  if (resources.includes("urn:logto:resource:organizations") && isMissing) report("organizations");
  // Permissions of API resources are scopes too, but no document lists them.
  const ignored = scopes.filter(
    (scope) => !known.includes(scope) && (resources.length === 0 || scope.startsWith("urn:logto:")),
  );
  if (ignored.length > 0) report("ignored", { scopes: ignored.join(", ") });
}

/**
 * Checks whether the issuer accepts the client id and its secret, and the type of the application.
 * Sends a refresh grant with a made-up token, which always fails, but with `invalid_grant` if they
 * are right (logto-facts "Errors").
 */
async function checkClient(report: Report, client: Omit<Tenant, "origin">): Promise<void> {
  const refresh = (form: Record<string, string>) =>
    requestToken(client, { grant_type: "refresh_token", refresh_token: random(), ...form });
  const { error, status } = await refresh({ client_secret: client.env.AUTH_LOGTO_SECRET });
  if (error === "invalid_grant") return;
  // Its only grant is client_credentials.
  if (error === "invalid_request") report("machine");
  else if (error !== "invalid_client") report("unusable", { error });
  // An unknown id gets HTTP 400, a wrong secret 401.
  else if (status === 400) report("unknown");
  // A public client has no secret, so the issuer rejects any.
  else report((await refresh({})).error === "invalid_grant" ? "public" : "wrong secret");
}

/** Compares this machine's clock with the issuer's. */
async function checkClock(report: Report, client: Omit<Tenant, "origin">): Promise<void> {
  const { ahead } = await requestToken(client, {});
  const seconds = Math.round(Math.abs(ahead));
  const values = { seconds: String(seconds), direction: ahead > 0 ? "behind" : "ahead of" };
  if (seconds > 10) report(seconds > 60 ? "far off" : "off", values);
}

/**
 * Checks whether the app's URIs and resources are registered at the issuer. Sends authorization
 * requests with `prompt=none`, for which the issuer shows no page: `login_required` means success.
 *
 * @returns whether they are
 */
async function checkApplication(findings: Findings, tenant: Tenant): Promise<boolean> {
  const { env, metadata, timeout } = tenant;
  const uris = registered(tenant.origin);
  const uri = uris["Redirect URIs"];
  const signOutUri = uris["Post sign-out redirect URIs"];
  const authorize = (form: Record<string, string> = {}) =>
    send(authorizationUrl(tenant, { prompt: "none", code_challenge: random(), ...form }), timeout);

  const canRedirect = await findings.look("redirect URI", { uri }, async (report) => {
    const { back, error } = await authorize();
    if (back !== uri) report("not registered", { error });
    else if (error !== "login_required") report("rejected", { error });
  });
  const signOut = findings.look("post sign-out URI", { uri: signOutUri }, async (report) => {
    const url = new URL(metadata.end_session_endpoint ?? "");
    url.searchParams.set("client_id", env.AUTH_LOGTO_ID);
    url.searchParams.set("post_logout_redirect_uri", signOutUri);
    if ((await send(url, timeout)).status >= 400) report("not registered");
  });
  const resources = (canRedirect ? env.LOGTO_RESOURCES : []).map((resource) =>
    findings.look("resource", { resource }, async (report) => {
      const { error } = await authorize({ resource });
      if (error !== "login_required") report("unknown", { error });
    }),
  );
  return (await Promise.all([signOut, ...resources])).every(Boolean) && canRedirect;
}
