"use server";

import { redirect } from "next/navigation";
import { safeCallbackUrl } from "./model/callback-url";
import { signInAtLogto } from "./routes/sign-in";
import { afterSignOutUrl, endHere } from "./routes/sign-out";

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
  redirect(await endHere());
}

/** Ends Logto's own session, which would sign the same account in again, where there is none of ours. */
export async function signOutOfLogtoAction(): Promise<void> {
  redirect(await afterSignOutUrl());
}
