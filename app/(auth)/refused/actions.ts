"use server";

import { redirect } from "next/navigation";
import { afterSignOutUrl } from "@/lib/session/sign-out";

/** Ends Logto's own session, which would sign the same account in again; there is none of ours. */
export async function signOutOfLogto(): Promise<void> {
  redirect(await afterSignOutUrl());
}
