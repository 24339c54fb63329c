import type { Browser, Landing } from "./drivers/browser";
import { submitLogoutForm } from "./drivers/html";
import type { Server } from "./server";

/**
 * Returns the URL that a relying party redirects the browser to (OpenID Connect RP-Initiated Logout
 * 1.0 §2).
 */
export function endSessionUrl(server: Server, parameters: Record<string, string>): URL {
  return new URL(`${server.issuer}/session/end?${new URLSearchParams(parameters)}`);
}

/**
 * Signs out like a browser with JavaScript, and stops at the post-logout redirect URI or at the
 * page that the server shows instead.
 */
export async function endSession(
  server: Server,
  browser: Browser,
  parameters: Record<string, string>,
): Promise<Landing> {
  const destination = parameters.post_logout_redirect_uri ?? server.client.postLogoutRedirectUri;
  const { url, response } = await browser.follow(endSessionUrl(server, parameters), destination);
  if (!response) return { url };
  return browser.followFrom(
    url,
    await submitLogoutForm(browser, await response.text(), url),
    destination,
  );
}
