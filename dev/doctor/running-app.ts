import { z } from "zod";
import type { Env } from "../../lib/env";
import { registered } from "./application";
import { ok, problem, warning, type Finding } from "./finding";

const check = "running app";
const signIn = "sign-in there";
const csrf = z.object({ csrfToken: z.string() });

/**
 * Looks at the app that runs at an address: whether it is ready, and what it asks Logto for at
 * sign-in.
 *
 * @param origin the app's
 * @param env what it should be configured as; undefined: only what it says itself is looked at
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
      problem(check, `${origin} does not answer`, "Is it deployed, and is this its address?"),
    ];
  const unwell =
    "The database or the issuer does not answer it, or its configuration is wrong: see its log.";
  const ready =
    health.status >= 500
      ? problem(check, `says that it is not ready (HTTP ${health.status})`, unwell)
      : ok(check, `${origin} answers`);

  // Auth.js begins a sign-in by a form, which needs a token and the cookie that goes with it.
  const answer = await request("/api/auth/csrf");
  const token = csrf.safeParse(await answer.json().catch(() => undefined));
  const foreign = `${origin}/api/auth/csrf is not answered as this app does (HTTP ${answer.status})`;
  const hint = "Is this its address? Previews on Vercel may be behind Vercel's own protection.";
  if (!token.success) return [ready, problem(signIn, foreign, hint)];
  const cookie = answer.headers.getSetCookie().map((line) => line.split(";", 1)[0]);
  const leaving = await request("/api/auth/signin/logto", {
    method: "POST",
    headers: { cookie: cookie.join("; ") },
    body: new URLSearchParams({ csrfToken: token.data.csrfToken, callbackUrl: "/" }),
  });
  const location = new URL(leaving.headers.get("location") ?? "/", origin);
  const astray = `does not lead to Logto, but to ${location.pathname} (HTTP ${leaving.status})`;
  return location.searchParams.has("redirect_uri")
    ? [ready, ...compareRequest(location, origin, env)]
    : [ready, problem(signIn, astray, "The app's log says why.")];
}

/** @param request the authorization request that the app made */
export function compareRequest(request: URL, origin: string, env: Env | undefined): Finding[] {
  const asked = request.searchParams;
  const has = (name: string, value: string) => asked.get(name)?.split(" ").includes(value) ?? false;
  const findings: Finding[] = [];
  const redirectUri = registered(origin)["Redirect URIs"];
  if (asked.get("redirect_uri") !== redirectUri)
    findings.push(
      problem(
        signIn,
        `comes back to ${asked.get("redirect_uri")}, and not to ${redirectUri}`,
        "Set AUTH_URL there. With AUTH_TRUST_HOST the proxy has to pass X-Forwarded-Host and X-Forwarded-Proto.",
      ),
    );
  if (!has("prompt", "consent") || !has("scope", "offline_access")) {
    const message = "asks for no refresh token, which takes offline_access and prompt=consent";
    findings.push(problem(signIn, message, "Look at LOGTO_SCOPES there, and at auth.ts."));
  }
  const other = env ? differences(request, env) : [];
  const remedy = "Set them there, or check with the variables of that deployment (`--env FILE`).";
  if (other.length > 0)
    findings.push(warning(signIn, `has other values than these: ${other.join(", ")}`, remedy));
  return findings.length > 0
    ? findings
    : [ok(signIn, `leads to ${request.origin}, and back to ${origin}`)];
}

function differences(request: URL, env: Env): string[] {
  const asked = request.searchParams;
  const isSame = {
    AUTH_LOGTO_ISSUER: request.origin === new URL(env.AUTH_LOGTO_ISSUER).origin,
    AUTH_LOGTO_ID: asked.get("client_id") === env.AUTH_LOGTO_ID,
    LOGTO_SCOPES: asked.get("scope") === env.LOGTO_SCOPES.join(" "),
    LOGTO_RESOURCES: asked.getAll("resource").join(" ") === env.LOGTO_RESOURCES.join(" "),
  };
  return Object.entries(isSame).flatMap(([name, same]) => (same ? [] : name));
}
