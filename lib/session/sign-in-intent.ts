import { createHash } from "node:crypto";
import { z } from "zod";
import { env, isHttps } from "@/lib/env";
import { seal, unseal } from "./codec";

/**
 * Why somebody who is signed in was sent to sign in: to link another account, or to prove who they are (`again`). It holds
 * for the one authorization request with this `state`: whoever signs in otherwise meanwhile, signs in and nothing else.
 */
const signInIntent = z.object({
  kind: z.enum(["link", "again"]),
  /** The user and session that asked for it, and what the browser had for that session (`identify`). */
  userId: z.string(),
  sid: z.string(),
  browser: z.string(),
  state: z.string(),
});

/** @see signInIntent */
export type SignInIntent = z.output<typeof signInIntent>;

export const intentCookie = "sign-in-intent";
/** In seconds. */
const lifetime = 15 * 60;
const digest = (state: string) => createHash("sha256").update(state).digest("base64url");

/** The cookie that remembers an intent, for `cookies().set`. `url`: of the authorization request. */
export async function intentCookieFor(intent: Omit<SignInIntent, "state">, url: URL) {
  const state = digest(url.searchParams.get("state") ?? "");
  const exp = Math.floor(Date.now() / 1000) + lifetime;
  return {
    name: intentCookie,
    value: await seal({ ...intent, state }, env().AUTH_SECRET[0] ?? "", intentCookie, exp),
    httpOnly: true,
    sameSite: "lax",
    path: "/api/auth/callback",
    secure: isHttps(),
    maxAge: lifetime,
  } as const;
}

/**
 * The intent of a sign-in that comes back.
 *
 * @param value of the cookie
 * @param state of the callback
 */
export async function readIntent(
  value: string | undefined,
  state: string | null,
): Promise<SignInIntent | undefined> {
  if (!value || !state) return undefined;
  try {
    const { payload } = await unseal(value, env().AUTH_SECRET, intentCookie);
    const intent = signInIntent.extend({ exp: z.number() }).parse(payload);
    return intent.exp > Date.now() / 1000 && intent.state === digest(state) ? intent : undefined;
  } catch {
    return undefined;
  }
}
