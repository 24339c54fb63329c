import { randomBytes } from "node:crypto";
import * as oidc from "openid-client";
import { z } from "zod";
import type { Env } from "../../lib/env";
import { toLogtoError } from "../../lib/logto/client";
import type { LogtoError } from "../../lib/logto/errors";
import { inConsole, ok, problem, type Finding } from "./finding";
import { checkClock } from "./issuer";

/** The URIs that have to be registered in Logto's console, for an app at this origin. */
export const registered = (origin: string) => ({
  "Redirect URIs": `${origin}/api/auth/callback/logto`,
  "Post sign-out redirect URIs": `${origin}/`,
  "Backchannel logout URI": `${origin}/api/auth/backchannel-logout`,
});

/**
 * Checks whether the issuer accepts the client id and its secret. Sends a refresh grant with a
 * made-up token, which always fails, but with `invalid_grant` if they are right (logto-facts
 * "Errors"). The same response shows the difference of the clocks.
 */
export async function checkClient(
  configuration: oidc.Configuration,
): Promise<{ findings: Finding[]; accepted: boolean }> {
  const sent = Date.now();
  const madeUp = randomBytes(32).toString("base64url");
  const error: unknown = await oidc
    .refreshTokenGrant(configuration, madeUp)
    .catch((reason: unknown) => reason);
  const hasResponse =
    error instanceof oidc.ResponseBodyError || error instanceof oidc.WWWAuthenticateChallengeError;
  const response = hasResponse ? error.response : undefined;
  const finding = describeError(toLogtoError(error), response?.status);
  const date = Date.parse(response?.headers.get("date") ?? "");
  // The header has whole seconds, so on average the clock is half a second further.
  const clock = date ? [checkClock((date + 500 - (sent + Date.now()) / 2) / 1000)] : [];
  return { findings: [finding, ...clock], accepted: finding.status === "ok" };
}

function describeError({ code, message }: LogtoError, status: number | undefined): Finding {
  const check = "client";
  if (code === "invalid_grant")
    return ok(check, "the issuer accepts AUTH_LOGTO_ID and AUTH_LOGTO_SECRET");
  const copy =
    "Copy it again from the application's page in Logto's console, in the tenant of AUTH_LOGTO_ISSUER.";
  // An unknown id gets HTTP 400, a wrong secret 401.
  if (code === "invalid_client")
    return status === 400
      ? problem(check, "the issuer has no application with the id in AUTH_LOGTO_ID", copy)
      : problem(check, "the issuer rejects AUTH_LOGTO_SECRET", copy);
  const remedy =
    'The type of the application must be "Traditional web". If it is, see Logto\'s log.';
  return problem(check, `the token endpoint returned no usable response (${message})`, remedy);
}

const errorBody = z.object({ error: z.string() });

/**
 * Sends a request without a session: the issuer redirects back with an error, or responds with an
 * error of its own.
 */
async function visit(url: URL, timeout: number) {
  const signal = AbortSignal.timeout(timeout * 1000);
  const response = await fetch(url, {
    redirect: "manual",
    headers: { accept: "application/json" },
    signal,
  });
  const { headers, status } = response;
  const back = new URL(headers.get("location") ?? "", url);
  const body = errorBody.safeParse(await response.json().catch(() => undefined));
  const error = back.searchParams.get("error") ?? body.data?.error ?? `HTTP ${status}`;
  return { back: back.origin + back.pathname, error, status };
}

/**
 * Checks whether the app's URIs and resources are registered at the issuer. Sends authorization
 * requests with `prompt=none`, for which the issuer shows no page: `login_required` means success.
 *
 * @param configuration with a client id and secret that the issuer accepted
 * @param origin of the app
 */
export async function checkApplication(
  configuration: oidc.Configuration,
  { AUTH_LOGTO_ID, LOGTO_SCOPES, LOGTO_RESOURCES }: Env,
  origin: string,
): Promise<Finding[]> {
  const { timeout = 5 } = configuration;
  const uris = registered(origin);
  const redirectUri = uris["Redirect URIs"];
  const authorize = async (resource?: string) => {
    const verifier = oidc.randomPKCECodeVerifier();
    const url = oidc.buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope: LOGTO_SCOPES.join(" "),
      prompt: "none",
      state: oidc.randomState(),
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      ...(resource ? { resource } : {}),
    });
    return visit(url, timeout);
  };

  const redirect = async (): Promise<Finding[]> => {
    const check = "redirect URI";
    const { back, error } = await authorize();
    const remedy = `${inConsole("Redirect URIs")}: add exactly this.`;
    if (back !== redirectUri)
      return [problem(check, `${redirectUri} is not registered (${error})`, remedy)];
    if (error !== "login_required")
      return [
        problem(
          check,
          `the issuer rejects the app's authorization request (${error})`,
          "Check LOGTO_SCOPES.",
        ),
      ];
    const resources = await Promise.all(LOGTO_RESOURCES.map(requestResource));
    return [ok(check, redirectUri), ...resources];
  };
  const requestResource = async (resource: string): Promise<Finding> => {
    const { error } = await authorize(resource);
    const remedy =
      "In Logto's console, under API resources, create one with exactly this indicator, or remove it from LOGTO_RESOURCES.";
    return error === "login_required"
      ? ok("resource", resource)
      : problem("resource", `the issuer has no API resource ${resource} (${error})`, remedy);
  };
  const signOut = async (): Promise<Finding> => {
    const check = "post sign-out URI";
    const uri = uris["Post sign-out redirect URIs"];
    const parameters = { client_id: AUTH_LOGTO_ID, post_logout_redirect_uri: uri };
    const { status } = await visit(oidc.buildEndSessionUrl(configuration, parameters), timeout);
    const message = `${uri} is not registered: signing out would end on an error page of Logto`;
    const remedy = `${inConsole("Post sign-out redirect URIs")}: add exactly this, including the final slash.`;
    return status < 400 ? ok(check, uri) : problem(check, message, remedy);
  };
  return (await Promise.all([redirect(), signOut()])).flat();
}
