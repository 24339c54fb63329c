import { lookup } from "node:dns/promises";
import ipaddr from "ipaddr.js";
import type { Env } from "../../lib/env";
import type { Report } from "./findings";

/** Where `npm run dev` puts the app. */
export const developmentOrigin = `http://localhost:${Number(process.env.PORT) || 3000}`;

/** Public suffixes, under which anyone can register a domain: browsers reject cookies for them. */
export const publicSuffix =
  /^((ac|co|com|edu|gov|go|ne|net|or|org)\.[a-z]{2}|(vercel|netlify|web)\.app|up\.railway\.app|herokuapp\.com|github\.io|onrender\.com|fly\.dev|(pages|workers)\.dev|azurewebsites\.net|amplifyapp\.com)$/;

/** Whether a URL points to this machine, where plain http is safe. */
export const isLocal = ({ hostname }: URL): boolean =>
  /(^|\.)localhost$|^127\.|^\[::1\]$/.test(hostname);

/** The origin that users open; undefined if the variables don't say. */
export const originOf = ({ AUTH_URL, NODE_ENV }: Env): string | undefined =>
  // `npm run dev` always sets AUTH_URL.
  AUTH_URL ?? (NODE_ENV === "production" ? undefined : developmentOrigin);

/** Describes the app's address. */
export function describeAddress(env: Env): string {
  if (env.AUTH_URL) return env.AUTH_URL;
  return originOf(env)
    ? `not set: \`npm run dev\` uses ${developmentOrigin}; a deployed app needs it`
    : "not set: Vercel provides the address; `--url` checks one";
}

/** Checks the app's address. The start-up check requires one in production. */
export function checkAddress(report: Report, env: Env): void {
  const origin = originOf(env);
  if (!origin && env.AUTH_TRUST_HOST) report("proxy headers");
  if (origin?.startsWith("http:") && !isLocal(new URL(origin))) report("plain http", { origin });
}

/** Whether the variables are those of a deployment on Vercel. */
export const isOnVercel = ({ VERCEL, AUTH_URL }: Env): boolean =>
  Boolean(VERCEL) || (AUTH_URL?.endsWith(".vercel.app") ?? false);

/** Names that exist on one machine, in one network or between containers only. */
const privateName = /^[^.:]+$|\.(localhost|local|internal|lan|home\.arpa)$/;

/** Whether a host name means an address that is not on the internet. */
async function isPrivate(hostname: string): Promise<boolean> {
  const host = hostname.replace(/^\[|\]$/g, "");
  const found = await lookup(host, { all: true }).catch(() => []);
  const isPublic = ({ address }: { address: string }) =>
    ipaddr.process(address).range() === "unicast";
  return privateName.test(hostname) || !found.every(isPublic);
}

/** Checks whether Logto can send back-channel logouts to the app at this origin. */
export async function checkBackchannelLogout(
  report: Report,
  { AUTH_LOGTO_ISSUER, NODE_ENV }: Env,
  origin: string,
): Promise<void> {
  if (!(await isPrivate(new URL(origin).hostname))) return;
  if (!new URL(AUTH_LOGTO_ISSUER).hostname.endsWith(".logto.app")) report("self-hosted");
  else report(NODE_ENV === "production" ? "cloud" : "development");
}
