"use server";

import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { signOut } from "@/auth";
import { removedCookies } from "./cookie";
import { currentSession } from "./current";
import { sessionEndedHeader } from "./update-session";
import { safeCallbackUrl } from "./callback-url";
import { signInAtLogto, signInByEmail } from "./sign-in";
import { afterSignOutUrl } from "./sign-out";

/**
 * Sends the browser to Logto.
 *
 * @param formData `callbackUrl`: where to come back to; `screen`: "register" to create an account
 */
export async function signInAction(formData: FormData): Promise<void> {
  const register = formData.get("screen") === "register";
  await signInAtLogto(
    safeCallbackUrl(formData.get("callbackUrl")),
    register ? { first_screen: "register" } : undefined,
  );
}

/**
 * Sends a mail with a link that signs in.
 *
 * @param formData `email`; `callbackUrl`: where to come back to
 */
export async function emailSignInAction(formData: FormData): Promise<void> {
  await signInByEmail(formData.get("email"), safeCallbackUrl(formData.get("callbackUrl")));
}

/** Ends the session here, its grant at Logto (`events.signOut`), and by way of the browser Logto's own session. */
export async function signOutAction(): Promise<void> {
  const session = await currentSession().catch(() => undefined);
  await signOut({ redirect: false });
  // Of a session that Logto ended, middleware has hidden the cookie from Auth.js.
  const hidden = (await headers()).get(sessionEndedHeader)?.split(" ") ?? [];
  for (const { name, value, options } of removedCookies(hidden)) (await cookies()).set(name, value, options);
  redirect(await afterSignOutUrl(session?.status === "active" ? session.token : undefined));
}
