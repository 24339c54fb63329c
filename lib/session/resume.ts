import "server-only";
import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import type { NextRequest } from "next/server";
import { isHttps } from "@/lib/env";
import { safeCallbackUrl, signInPath } from "./callback-url";
import { removeSessionCookies, storeSession } from "./current";
import { readSession } from "./read-session";
import { renewSession } from "./renewal";
import { signInAtLogto } from "./sign-in";
import { isNavigation, sessionEnded } from "./update-session";

/** Marks that the browser was sent to Logto a moment ago; while it lives, the sign-in page is shown instead. */
const attemptCookie = "resume-attempt";
/** In seconds. */
const attemptLifetime = 120;

/**
 * Signs somebody in again whose grant has ended at Logto: at once if Logto still knows the browser, and back to where
 * they were. The ended session's own cookie is the ticket and is used up by it, so that this happens once, never after a
 * sign-out, and never for a link from elsewhere; and a grant that ends again at once leads to the sign-in page, not in
 * a circle.
 */
export async function resumeSession(request: NextRequest): Promise<Response> {
  // A guard's redirect that the router's fetch followed: it could not go on to Logto, and would use up the ticket.
  if (!isNavigation(request)) return sessionEnded();
  const path = safeCallbackUrl(request.nextUrl.searchParams.get("callbackUrl"));
  const jar = await cookies();
  const read = await readSession(jar.getAll());
  if (read.status !== "read") redirect(signInPath(path));
  // Who sent the browser here knows that the grant has ended. This process may not: on Vercel pages and handlers are
  // functions of their own. So it asks Logto; believing its own state, it would send the browser back, and in a circle.
  const session = await renewSession(read.token, Date.now, { force: true });
  if (session.status === "active") {
    if (session.failure) redirect(signInPath(path, "ProviderUnavailable"));
    await storeSession(session.token);
    redirect(path);
  }
  await removeSessionCookies();
  if (session.status === "signed_out") redirect(signInPath(path));
  if (jar.has(attemptCookie)) redirect(signInPath(path, "SessionEnded"));
  const options = {
    httpOnly: true,
    sameSite: "lax",
    path: "/",
    secure: isHttps(),
    maxAge: attemptLifetime,
  } as const;
  jar.set(attemptCookie, "1", options);
  return signInAtLogto(path);
}
