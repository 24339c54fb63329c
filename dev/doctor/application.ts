import { randomBytes } from "node:crypto";
import * as oidc from "openid-client";
import { z } from "zod";
import type { Env } from "../../lib/env";
import { toLogtoError } from "../../lib/logto/client";
import type { LogtoError } from "../../lib/logto/errors";
import { inConsole, ok, problem, type Finding } from "./finding";
import { checkClock } from "./issuer";

/** What Logto's console has to know about the app at an address. */
export const registered = (origin: string) => ({
  "Redirect URIs": `${origin}/api/auth/callback/logto`,
  "Post sign-out redirect URIs": `${origin}/`,
  "Backchannel logout URI": `${origin}/api/auth/backchannel-logout`,
});

/**
 * Looks whether the issuer takes the client id and its secret: a refresh grant with a made-up token
 * fails in any case, by `invalid_grant` where they are right (logto-facts "Errors"). Tells the
 * difference of the clocks from the same answer.
 */
export async function checkClient(
  configuration: oidc.Configuration,
): Promise<{ findings: Finding[]; accepted: boolean }> {
  const sent = Date.now();
  const madeUp = randomBytes(32).toString("base64url");
  const error: unknown = await oidc
    .refreshTokenGrant(configuration, madeUp)
    .catch((refusal: unknown) => refusal);
  const isAnswer =
    error instanceof oidc.ResponseBodyError || error instanceof oidc.WWWAuthenticateChallengeError;
  const answer = isAnswer ? error.response : undefined;
  const finding = describeRefusal(toLogtoError(error), answer?.status);
  const date = Date.parse(answer?.headers.get("date") ?? "");
  // It has no fractions of a second.
  const clock = date ? [checkClock((date + 500 - (sent + Date.now()) / 2) / 1000)] : [];
  return { findings: [finding, ...clock], accepted: finding.status === "ok" };
}

function describeRefusal({ code, message }: LogtoError, status: number | undefined): Finding {
  const check = "client";
  if (code === "invalid_grant")
    return ok(check, "the issuer takes AUTH_LOGTO_ID and AUTH_LOGTO_SECRET");
  const copy =
    "Copy it again from the application's page in Logto's console; the tenant has to be that of AUTH_LOGTO_ISSUER.";
  // A wrong secret is 401.
  if (code === "invalid_client")
    return status === 400
      ? problem(check, "the issuer knows no application of AUTH_LOGTO_ID", copy)
      : problem(check, "the issuer refuses AUTH_LOGTO_SECRET", copy);
  const remedy = 'Is the application of the type "Traditional web"? Then Logto\'s log says more.';
  return problem(check, `the token endpoint gave no usable answer (${message})`, remedy);
}

const errorBody = z.object({ error: z.string() });

/**
 * Where a request leads that nobody is signed in for: back with an error, or to an answer of the
 * issuer's own.
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
 * Looks whether the issuer knows the app's addresses and resources, by authorization requests with
 * `prompt=none`, which it answers without showing anything: `login_required` is good news.
 *
 * @param configuration of a client that was accepted
 * @param origin the app's
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
          `the issuer refuses what the app asks for (${error})`,
          "Look at LOGTO_SCOPES.",
        ),
      ];
    const resources = await Promise.all(LOGTO_RESOURCES.map(askForResource));
    return [ok(check, redirectUri), ...resources];
  };
  const askForResource = async (resource: string): Promise<Finding> => {
    const { error } = await authorize(resource);
    const remedy =
      "In Logto's console, API resources: create it with exactly this indicator. Or take it out of LOGTO_RESOURCES.";
    return error === "login_required"
      ? ok("resource", resource)
      : problem("resource", `the issuer does not know ${resource} (${error})`, remedy);
  };
  const signOut = async (): Promise<Finding> => {
    const check = "post sign-out URI";
    const uri = uris["Post sign-out redirect URIs"];
    const parameters = { client_id: AUTH_LOGTO_ID, post_logout_redirect_uri: uri };
    const { status } = await visit(oidc.buildEndSessionUrl(configuration, parameters), timeout);
    const message = `${uri} is not registered: signing out would end on an error page of Logto's`;
    const remedy = `${inConsole("Post sign-out redirect URIs")}: add exactly this, with its slash.`;
    return status < 400 ? ok(check, uri) : problem(check, message, remedy);
  };
  return (await Promise.all([redirect(), signOut()])).flat();
}
