import { z } from "zod";
import type { Env } from "../../lib/env";
import { registered } from "./address";
import type { Doctor, Report } from "./findings";

const csrf = z.object({ csrfToken: z.string() });

/**
 * Checks a running app: whether it is ready, and what it requests from Logto at sign-in.
 *
 * @param origin of the app
 * @param env its expected configuration; undefined if unknown
 * @returns headers of a response of the app; undefined if there is none
 */
export async function checkRunningApp(doctor: Doctor, origin: string, env: Env | undefined) {
  const health = await doctor.fetch(`${origin}/api/health/ready`).catch(() => undefined);
  const status = String(health?.status);
  await doctor.look("running app", { origin, status }, (report) => {
    if (!health) report("silent");
    else if (health.status >= 500) report("not ready");
  });
  if (!health) return undefined;
  await doctor.look("sign-in there", { origin }, async (report) => {
    // Auth.js starts a sign-in with a form post, which needs a CSRF token and its cookie.
    const response = await doctor.fetch(`${origin}/api/auth/csrf`);
    const token = csrf.safeParse(await response.json().catch(() => undefined));
    if (!token.success) return report("other app", { status: String(response.status) });
    const cookies = response.headers.getSetCookie().map((line) => line.split(";", 1)[0]);
    const leaving = await doctor.fetch(`${origin}/api/auth/signin/logto`, {
      method: "POST",
      headers: { cookie: cookies.join("; ") },
      body: new URLSearchParams({ ...token.data, callbackUrl: "/" }),
    });
    const location = new URL(leaving.headers.get("location") ?? "/", origin);
    if (location.searchParams.has("redirect_uri")) checkRequest(report, location, origin, env);
    else report("elsewhere", { path: location.pathname, status: String(leaving.status) });
  });
  return health.headers;
}

/** Checks the authorization request that the app made. */
export function checkRequest(report: Report, url: URL, origin: string, env: Env | undefined): void {
  const get = (name: string) => url.searchParams.getAll(name).join(" ");
  const has = (name: string, value: string) => get(name).split(" ").includes(value);
  const place = get("redirect_uri");
  const uri = registered(origin)["Redirect URIs"];
  if (place !== uri) report("other address", { place, uri });
  if (!has("prompt", "consent") || !has("scope", "offline_access")) report("no refresh token");
  const differs = env && {
    AUTH_LOGTO_ISSUER: url.origin !== new URL(env.AUTH_LOGTO_ISSUER).origin,
    AUTH_LOGTO_ID: get("client_id") !== env.AUTH_LOGTO_ID,
    LOGTO_SCOPES: get("scope") !== env.LOGTO_SCOPES.join(" "),
    LOGTO_RESOURCES: get("resource") !== env.LOGTO_RESOURCES.join(" "),
  };
  const names = Object.entries(differs ?? {}).flatMap(([name, isOther]) => (isOther ? name : []));
  if (names.length > 0) report("other variables", { names: names.join(", ") });
}
