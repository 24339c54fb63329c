import { z } from "zod";
import type { User } from "../server";
import type { Browser, Landing } from "./browser";

/**
 * Signs in through Logto's Experience API, which Logto's own sign-in page uses too, and follows the
 * redirects to the redirect URI.
 */
export async function signInAtLogto(
  browser: Browser,
  page: Required<Landing>,
  user: User,
  redirectUri: string,
): Promise<URL> {
  await page.response.body?.cancel();

  async function call(method: "PUT" | "POST", path: string, body: unknown = {}): Promise<unknown> {
    const response = await browser.fetch(new URL(`/api/experience${path}`, page.url), {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok)
      throw new Error(`${method} /api/experience${path}: ${response.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  await call("PUT", "", { interactionEvent: "SignIn" });
  const { verificationId } = z.object({ verificationId: z.string() }).parse(
    await call("POST", "/verification/password", {
      identifier: { type: "username", value: user.username },
      password: user.password,
    }),
  );
  await call("POST", "/identification", { verificationId });
  const { redirectTo } = z.object({ redirectTo: z.url() }).parse(await call("POST", "/submit"));

  const { url, response } = await browser.follow(redirectTo, redirectUri);
  if (response)
    throw new Error(`Sign-in of ${user.username} ended at ${url.href}: ${response.status}`);
  return url;
}
