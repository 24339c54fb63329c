import { z } from "zod";
import type { Env } from "../../lib/env";
import type { Findings, Report } from "./findings";
import { registered } from "./requests";

const csrf = z.object({ csrfToken: z.string() });

/**
 * Checks a running app: whether it is ready, and what it requests from Logto at sign-in.
 *
 * @param origin of the app
 * @param env its expected configuration; undefined if unknown
 * @param timeout of each request, in seconds
 * @returns headers of a response of the app; undefined if there is none
 */
export async function checkRunningApp(
  findings: Findings,
  origin: string,
  env: Env | undefined,
  timeout: number,
): Promise<Headers | undefined> {
  const request = (path: string, init?: RequestInit) => {
    const signal = AbortSignal.timeout(timeout * 1000);
    return fetch(new URL(path, origin), { ...init, redirect: "manual", signal });
  };
  const health = await request("/api/health/ready").catch(() => undefined);
  const status = health?.status ?? 0;
  await findings.look("running app", { origin, status: String(status) }, (report) => {
    if (!health) report("silent");
    if (status >= 500) report("not ready");
  });
  if (!health) return undefined;
  await findings.look("sign-in there", { origin }, async (report) => {
    // Auth.js starts a sign-in with a form post, which needs a CSRF token and its cookie.
    const response = await request("/api/auth/csrf");
    const token = csrf.safeParse(await response.json().catch(() => undefined));
    if (!token.success) return report("other app", { status: String(response.status) });
    const cookies = response.headers.getSetCookie().map((line) => line.split(";", 1)[0]);
    const leaving = await request("/api/auth/signin/logto", {
      method: "POST",
      headers: { cookie: cookies.join("; ") },
      body: new URLSearchParams({ csrfToken: token.data.csrfToken, callbackUrl: "/" }),
    });
    const location = new URL(leaving.headers.get("location") ?? "/", origin);
    if (location.searchParams.has("redirect_uri")) checkRequest(report, location, origin, env);
    else report("elsewhere", { path: location.pathname, status: String(leaving.status) });
  });
  return health.headers;
}

/** Checks the authorization request that the app made. */
export function checkRequest(report: Report, url: URL, origin: string, env: Env | undefined): void {
  const get = (name: string) => url.searchParams.get(name) ?? "";
  const has = (name: string, value: string) => get(name).split(" ").includes(value);
  const uri = registered(origin)["Redirect URIs"];
  if (get("redirect_uri") !== uri) report("other address", { place: get("redirect_uri"), uri });
  if (!has("prompt", "consent") || !has("scope", "offline_access")) report("no refresh token");
  const resources = url.searchParams.getAll("resource").join(" ");
  const isSame = env && {
    AUTH_LOGTO_ISSUER: url.origin === new URL(env.AUTH_LOGTO_ISSUER).origin,
    AUTH_LOGTO_ID: get("client_id") === env.AUTH_LOGTO_ID,
    LOGTO_SCOPES: get("scope") === env.LOGTO_SCOPES.join(" "),
    LOGTO_RESOURCES: resources === env.LOGTO_RESOURCES.join(" "),
  };
  const names = Object.entries(isSame ?? {}).flatMap(([name, same]) => (same ? [] : name));
  if (names.length > 0) report("other variables", { names: names.join(", ") });
}
