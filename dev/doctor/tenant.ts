import * as oidc from "openid-client";
import type { Configuration } from "openid-client";
import { z } from "zod";
import type { Env } from "../../lib/env";
import { fetchMetadata, toLogtoError } from "../../lib/logto/client";
import { isLogtoError, type LogtoError } from "../../lib/logto/errors";
import { withDeadline } from "../../lib/logto/fetch-with-retry";
import { checkBackchannelLogout, isLocal, originOf, registered } from "./address";
import type { Doctor, Report } from "./findings";
import { checkPermissions, type SignIn } from "./permissions";
import { authorizationUrl, type Tenant } from "./requests";

/** Checks the issuer, and how it knows the app. */
export async function checkTenant(doctor: Doctor, env: Env, signInAt?: SignIn | false) {
  const { AUTH_LOGTO_ISSUER: issuer, AUTH_LOGTO_ID: clientId } = env;
  const client = { issuer, clientId, clientSecret: env.AUTH_LOGTO_SECRET };
  // The check at the app's start does the same (lib/server/check-issuer.ts).
  const deadline = Date.now() + doctor.timeout * 1000;
  const metadata = await withDeadline(deadline, fetchMetadata(client)).catch(toLogtoError);
  await doctor.look("issuer", { issuer }, (report) => {
    if (isLogtoError(metadata)) report(faultOf(metadata.message), { reason: metadata.message });
    else checkDocument(report, metadata);
  });
  const known = isLogtoError(metadata) ? undefined : metadata.scopes_supported;
  await doctor.look("scopes", {}, (report) => checkScopes(report, env, known));
  if (isLogtoError(metadata)) return;

  const configure = (authentication: oidc.ClientAuth) => {
    const configuration = new oidc.Configuration(metadata, clientId, undefined, authentication);
    configuration.timeout = doctor.timeout;
    // A finding of its own reports plain http.
    oidc.allowInsecureRequests(configuration);
    return configuration;
  };
  const configuration = configure(oidc.ClientSecretPost(client.clientSecret));
  const isAccepted = await doctor.look("client", {}, (report) =>
    checkClient(report, configuration, configure(oidc.None())),
  );
  if (!isAccepted) return;
  await doctor.look("clock", {}, (report) => checkClock(report, doctor, metadata));
  const origin = originOf(env);
  if (!origin) return;
  await doctor.look("back-channel logout", { origin }, (report) =>
    checkBackchannelLogout(report, env, origin),
  );
  const permissions = permissionsIn(env, known);
  const tenant = { env, origin, client, configuration, permissions };
  if (!(await checkApplication(doctor, tenant)) || permissions.length === 0) return;
  await doctor.look("permissions", { permissions: permissions.join(", "), origin }, (report) =>
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

/**
 * The requested permissions of API resources: scopes that no document lists.
 *
 * @param known `scopes_supported` of the issuer's discovery document; undefined if unknown
 */
function permissionsIn({ LOGTO_SCOPES, LOGTO_RESOURCES }: Env, known = LOGTO_SCOPES): string[] {
  const isPermission = (scope: string) => !known.includes(scope) && !scope.startsWith("urn:logto:");
  return LOGTO_RESOURCES.length > 0 ? LOGTO_SCOPES.filter(isPermission) : [];
}

/** @param known as for `permissionsIn` */
export function checkScopes(report: Report, env: Env, known = env.LOGTO_SCOPES): void {
  const { LOGTO_SCOPES: scopes, LOGTO_RESOURCES: resources } = env;
  if (!scopes.includes("offline_access")) report("no refresh token");
  const isMissing = !scopes.includes("urn:logto:scope:organizations");
  if (resources.includes("urn:logto:resource:organizations") && isMissing) report("organizations");
  const permissions = permissionsIn(env, known);
  const ignored = scopes.filter((scope) => ![...known, ...permissions].includes(scope));
  if (ignored.length > 0) report("ignored", { scopes: ignored.join(", ") });
}

/** The error of a refresh grant with a made-up token. */
async function refusal(client: Configuration): Promise<LogtoError> {
  const grant = oidc.refreshTokenGrant(client, oidc.randomState());
  return toLogtoError(await grant.catch((error: unknown) => error));
}

/**
 * Checks whether the issuer accepts the client id and its secret, and the type of the application.
 * Sends a refresh grant with a made-up token, which always fails, but with `invalid_grant` if they
 * are right (logto-facts "Errors").
 *
 * @param publicClient the same application without a secret
 */
async function checkClient(report: Report, client: Configuration, publicClient: Configuration) {
  const { code, message, cause } = await refusal(client);
  const response = cause instanceof oidc.ResponseBodyError ? cause : undefined;
  if (code === "invalid_grant") return;
  // Its only grant is client_credentials.
  if (response?.error === "invalid_request") report("machine");
  else if (code !== "invalid_client") report("unusable", { error: message });
  // An unknown id gets HTTP 400, a wrong secret 401.
  else if (response?.status === 400) report("unknown");
  // A public client has no secret, so the issuer rejects any.
  else report((await refusal(publicClient)).code === "invalid_grant" ? "public" : "wrong secret");
}

/** Compares this machine's clock with the issuer's. */
async function checkClock(report: Report, doctor: Doctor, metadata: oidc.ServerMetadata) {
  const sent = Date.now();
  const { headers } = await doctor.fetch(metadata.token_endpoint ?? "", { method: "POST" });
  // The header has whole seconds, so on average the clock is half a second further.
  const date = Date.parse(headers.get("date") ?? "") + 500;
  const ahead = (date - (sent + Date.now()) / 2) / 1000;
  const seconds = Math.round(Math.abs(ahead));
  const values = { seconds: String(seconds), direction: ahead > 0 ? "behind" : "ahead of" };
  if (seconds > 10) report(seconds > 60 ? "far off" : "off", values);
}

const errorBody = z.object({ error: z.string() });

/**
 * Checks whether the app's URIs and resources are registered at the issuer. Sends authorization
 * requests with `prompt=none`, for which the issuer shows no page: `login_required` means success.
 *
 * @returns whether they are
 */
async function checkApplication(doctor: Doctor, tenant: Tenant): Promise<boolean> {
  const uris = registered(tenant.origin);
  const uri = uris["Redirect URIs"];
  const signOutUri = uris["Post sign-out redirect URIs"];
  /** @returns where the browser would be redirected to, and the error there or in the body */
  const authorize = async (parameters: Record<string, string> = {}) => {
    const code_challenge = oidc.randomPKCECodeVerifier();
    const url = authorizationUrl(tenant, { prompt: "none", code_challenge, ...parameters });
    const response = await doctor.fetch(url, { headers: { accept: "application/json" } });
    const back = new URL(response.headers.get("location") ?? "", url);
    const { data } = errorBody.safeParse(await response.json().catch(() => undefined));
    const error = back.searchParams.get("error") ?? data?.error ?? `HTTP ${response.status}`;
    return { back: back.origin + back.pathname, error };
  };

  const canRedirect = await doctor.look("redirect URI", { uri }, async (report) => {
    const { back, error } = await authorize();
    if (back !== uri) report("not registered", { error });
    else if (error !== "login_required") report("rejected", { error });
  });
  const signOut = doctor.look("post sign-out URI", { uri: signOutUri }, async (report) => {
    const parameters = { post_logout_redirect_uri: signOutUri };
    const { status } = await doctor.fetch(
      oidc.buildEndSessionUrl(tenant.configuration, parameters),
    );
    if (status >= 400) report("not registered");
  });
  const resources = (canRedirect ? tenant.env.LOGTO_RESOURCES : []).map((resource) =>
    doctor.look("resource", { resource }, async (report) => {
      const { error } = await authorize({ resource });
      if (error !== "login_required") report("unknown", { error });
    }),
  );
  return (await Promise.all([signOut, ...resources])).every(Boolean) && canRedirect;
}
