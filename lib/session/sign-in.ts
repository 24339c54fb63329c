import "server-only";
import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { z } from "zod";
import { signIn } from "@/auth";
import { hasEmailSignIn } from "@/lib/env";
import { log } from "@/lib/log";
import { discover, toLogtoError } from "@/lib/logto/client";
import { signInErrorOf } from "./auth-errors";
import { signInPath } from "./callback-url";
import { appUrl } from "./origin";
import { identify } from "./read-session";
import { logtoClient } from "./renewal";
import { intentCookieFor, type SignInIntent } from "./sign-in-intent";
import { emailProvider } from "./users";

/**
 * Sends the browser to Logto, or to the sign-in page with the reason when Logto can't be reached.
 *
 * @param callbackUrl where to come back to; a path of ours
 * @param parameters more parameters of the authorization request
 * @param intent what the sign-in is for, where a signed-in user asked for it
 */
export async function signInAtLogto(
  callbackUrl: string,
  parameters?: Record<string, string>,
  intent?: Pick<SignInIntent, "kind" | "userId" | "sid">,
): Promise<never> {
  try {
    await discover(logtoClient());
  } catch (error) {
    const logtoError = toLogtoError(error);
    log.error("sign-in impossible", { issuer: logtoClient().issuer, reason: logtoError.message });
    redirect(signInPath(callbackUrl, signInErrorOf(logtoError)));
  }
  const answer: unknown = await signIn("logto", { redirectTo: callbackUrl, redirect: false }, parameters);
  const url = z.url().parse(answer);
  if (intent) {
    const jar = await cookies();
    const browser = (await identify(jar.getAll())) ?? "";
    jar.set(await intentCookieFor({ ...intent, browser }, new URL(url)));
  }
  redirect(url);
}

/**
 * Sends a mail with a link that signs its reader in.
 *
 * @param address as it was typed
 * @param callbackUrl where the link leads to in the end; a path of ours
 */
export async function signInByEmail(address: unknown, callbackUrl: string): Promise<never> {
  const email = z.email().safeParse(typeof address === "string" ? address.trim() : address);
  if (!hasEmailSignIn() || !email.success) redirect(signInPath(callbackUrl, "InvalidEmail"));
  const options = { email: email.data, redirectTo: callbackUrl, redirect: false };
  const answer: unknown = await signIn(emailProvider, options).catch((error: unknown) => {
    if (!(error instanceof Error)) throw error;
    return signInPath(callbackUrl, signInErrorOf(error));
  });
  const url = new URL(z.string().parse(answer), (await appUrl("/")).href);
  // Auth.js's own page only repeats the way to ours.
  redirect(url.pathname.endsWith("/verify-request") ? "/check-your-mail" : url.pathname + url.search);
}
