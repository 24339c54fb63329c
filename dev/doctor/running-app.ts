import { z } from "zod";
import type { Env } from "../../lib/env";
import { registered } from "./application";
import { ok, problem, warning, type Finding } from "./finding";

const check = "running app";
const signIn = "sign-in there";
const csrf = z.object({ csrfToken: z.string() });

/**
 * Checks a running app: whether it is ready, and what it requests from Logto at sign-in.
 *
 * @param origin of the app
 * @param env its expected configuration; undefined if unknown
 * @param timeout of each request, in seconds
 */
export async function checkRunningApp(
  origin: string,
  env: Env | undefined,
  timeout: number,
): Promise<Finding[]> {
  const request = (path: string, init?: RequestInit) => {
    const signal = AbortSignal.timeout(timeout * 1000);
    return fetch(new URL(path, origin), { ...init, redirect: "manual", signal });
  };
  const health = await request("/api/health/ready").catch(() => undefined);
  if (!health)
    return [
      problem(check, `${origin} does not respond`, "Check that it is deployed at this address."),
    ];
  const remedyIfUnready =
    "Something that it needs does not respond, or its configuration is wrong: see its log.";
  const ready =
    health.status >= 500
      ? problem(check, `reports that it is not ready (HTTP ${health.status})`, remedyIfUnready)
      : ok(check, `${origin} responds`);

  // Auth.js starts a sign-in with a form post, which needs a CSRF token and its cookie.
  const response = await request("/api/auth/csrf");
  const token = csrf.safeParse(await response.json().catch(() => undefined));
  const foreign = `${origin}/api/auth/csrf does not respond as this app does (HTTP ${response.status})`;
  const hint = "Check the address. Vercel's own protection may block previews.";
  if (!token.success) return [ready, problem(signIn, foreign, hint)];
  const cookie = response.headers.getSetCookie().map((line) => line.split(";", 1)[0]);
  const leaving = await request("/api/auth/signin/logto", {
    method: "POST",
    headers: { cookie: cookie.join("; ") },
    body: new URLSearchParams({ csrfToken: token.data.csrfToken, callbackUrl: "/" }),
  });
  const location = new URL(leaving.headers.get("location") ?? "/", origin);
  const wrongTarget = `leads to ${location.pathname}, not to Logto (HTTP ${leaving.status})`;
  return location.searchParams.has("redirect_uri")
    ? [ready, ...compareRequest(location, origin, env)]
    : [ready, problem(signIn, wrongTarget, "See the app's log.")];
}

/** Checks the authorization request that the app made. */
export function compareRequest(request: URL, origin: string, env: Env | undefined): Finding[] {
  const parameters = request.searchParams;
  const has = (name: string, value: string) =>
    parameters.get(name)?.split(" ").includes(value) ?? false;
  const findings: Finding[] = [];
  const redirectUri = registered(origin)["Redirect URIs"];
  if (parameters.get("redirect_uri") !== redirectUri)
    findings.push(
      problem(
        signIn,
        `returns to ${parameters.get("redirect_uri")}, not to ${redirectUri}`,
        "Set AUTH_URL there. With AUTH_TRUST_HOST the proxy must set X-Forwarded-Host and X-Forwarded-Proto.",
      ),
    );
  if (!has("prompt", "consent") || !has("scope", "offline_access")) {
    const message = "requests no refresh token, which needs offline_access and prompt=consent";
    findings.push(problem(signIn, message, "Check LOGTO_SCOPES there, and auth.ts."));
  }
  const different = env ? differences(request, env) : [];
  const remedy = "Set these there, or check with the variables of that deployment (`--env FILE`).";
  if (different.length > 0)
    findings.push(warning(signIn, `uses different values of ${different.join(", ")}`, remedy));
  return findings.length > 0
    ? findings
    : [ok(signIn, `leads to ${request.origin} and back to ${origin}`)];
}

function differences(request: URL, env: Env): string[] {
  const parameters = request.searchParams;
  const isSame = {
    AUTH_LOGTO_ISSUER: request.origin === new URL(env.AUTH_LOGTO_ISSUER).origin,
    AUTH_LOGTO_ID: parameters.get("client_id") === env.AUTH_LOGTO_ID,
    LOGTO_SCOPES: parameters.get("scope") === env.LOGTO_SCOPES.join(" "),
    LOGTO_RESOURCES: parameters.getAll("resource").join(" ") === env.LOGTO_RESOURCES.join(" "),
  };
  return Object.entries(isSame).flatMap(([name, same]) => (same ? [] : name));
}
