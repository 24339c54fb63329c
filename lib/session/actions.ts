"use server";

import { safeCallbackUrl } from "./callback-url";
import { signInAtLogto } from "./sign-in";
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

/** Ends the session here, its grant at Logto, and by way of the browser Logto's own session. */
export async function signOutAction(): Promise<void> {
  await signOutHere();
}
