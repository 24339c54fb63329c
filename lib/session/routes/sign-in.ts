import "server-only";
import { redirect } from "next/navigation";
import { z } from "zod";
import { signIn } from "@/auth";
import { log } from "@/lib/log";
import { discover, toLogtoError } from "@/lib/logto/client";
import { signInErrorOf } from "../authjs/errors";
import { signInPath } from "../model/callback-url";
import { logtoClient } from "../lifecycle/logto-client";

/**
 * Sends the browser to Logto, or to the sign-in page with the reason when Logto can't be reached.
 *
 * @param callbackUrl where to come back to; a path of ours
 * @param parameters more parameters of the authorization request
 */
export async function signInAtLogto(
  callbackUrl: string,
  parameters?: Record<string, string>,
): Promise<never> {
  try {
    await discover(logtoClient());
  } catch (error) {
    const logtoError = toLogtoError(error);
    log.error("sign-in impossible", { issuer: logtoClient().issuer, reason: logtoError.message });
    redirect(signInPath(callbackUrl, signInErrorOf(logtoError)));
  }
  const answer: unknown = await signIn("logto", { redirectTo: callbackUrl, redirect: false }, parameters);
  redirect(z.url().parse(answer));
}
