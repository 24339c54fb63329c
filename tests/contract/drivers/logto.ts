import { z } from "zod";
import type { Person } from "../server";
import type { Browser, Landing } from "./browser";

/**
 * Signs in through Logto's Experience API, which is what its own sign-in page calls, up to the
 * redirect URI.
 */
export async function signInAtLogto(
  browser: Browser,
  page: Required<Landing>,
  person: Person,
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
      identifier: { type: "username", value: person.username },
      password: person.password,
    }),
  );
  await call("POST", "/identification", { verificationId });
  const { redirectTo } = z.object({ redirectTo: z.url() }).parse(await call("POST", "/submit"));

  const { url, response } = await browser.follow(redirectTo, redirectUri);
  if (response)
    throw new Error(`Sign-in of ${person.username} ended at ${url.href}: ${response.status}`);
  return url;
}
