"use server";

import { safeCallbackUrl } from "./callback-url";
import { signInAtLogto, signInByEmail } from "./sign-in";
import { signOutHere } from "./sign-out";

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

/** Ends the session here, its grant at Logto, and by way of the browser Logto's own session. */
export async function signOutAction(): Promise<void> {
  await signOutHere();
}
