import { redirect } from "next/navigation";
import { log } from "@/lib/log";
import { signInPath } from "./model/callback-url";
import { parseSignInParameters, type SignInParameters } from "./model/sign-in-parameters";

/** What a link to the sign-in page may set. Others, such as `utm_source`, are ignored. */
const names = [
  "login_hint",
  "first_screen",
  "direct_sign_in",
  "ui_locales",
  "organization_id",
  "one_time_token",
];

/**
 * The parameters of the authorization request in the address of the sign-in page. If one of them is
 * not valid, redirects to the sign-in page without them, which says so.
 *
 * @param query of the sign-in page
 * @param callbackUrl the page to return to
 */
export function linkParameters(
  query: Record<string, string | string[] | undefined>,
  callbackUrl: string,
): SignInParameters {
  const chosen = Object.entries(query).filter(([name]) => names.includes(name));
  const { parameters, rejection } = parseSignInParameters(Object.fromEntries(chosen));
  if (parameters) return parameters;
  log.warn("SignInParameterError", { reason: rejection?.message });
  redirect(signInPath(callbackUrl, rejection?.name));
}
