import { chromium } from "@playwright/test";
import { findBrowser } from "../../dev/browser";
import type { Identity } from "../../dev/identity/server";
import type { Front } from "./front";
import { expect } from "./stage";
import { goToLogto, signOut, typeCredentials } from "./steps";

const profile = "/profile?tab=4";

/**
 * Signs in and out, cancels and loses the state cookie in a browser that knows the app by a proxy's
 * address alone.
 *
 * @param front its host need not have an address: the browser finds it on this machine
 */
export async function walkBehindProxy({ url }: Front, identity: Identity): Promise<void> {
  const { hostname } = new URL(url);
  const { executablePath, args = [] } = findBrowser() ?? {};
  const browser = await chromium.launch({
    args: [...args, `--host-resolver-rules=MAP ${hostname} 127.0.0.1`],
    ...(executablePath && { executablePath }),
  });
  try {
    const context = await browser.newContext({ baseURL: url, ignoreHTTPSErrors: true });
    const page = await context.newPage();
    const asked = new Set<string>();
    const states: string[] = [];
    page.on("request", (request) => {
      const { protocol, origin, searchParams } = new URL(request.url());
      if (protocol.startsWith("http")) asked.add(origin);
      if (searchParams.has("redirect_uri")) states.push(searchParams.get("state") ?? "");
    });
    const explained = page.getByRole("alert").filter({ hasText: "Sign-in was" });

    // Cancelled at Logto, which sends the state back.
    await page.goto(profile);
    await goToLogto(page);
    const query = new URLSearchParams({ error: "access_denied", state: states.at(-1) ?? "" });
    await page.goto(`/api/auth/callback/logto?${query.toString()}`);
    await expect(explained).toBeVisible();
    expect(new URL(page.url()).origin).toBe(url);

    // The state cookie is lost on the way.
    await goToLogto(page);
    await context.clearCookies({ domain: hostname });
    await typeCredentials(page, "bob");
    await expect(explained).toBeVisible();
    expect(new URL(page.url()).origin).toBe(url);

    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("button", { name: /Bob Park/ }).click();
    await expect(page).toHaveURL(url + profile);

    await page.goto("/");
    await signOut(page);
    await expect(page.getByText("You are signed out")).toBeVisible();
    expect(new URL(page.url()).origin).toBe(url);
    expect(asked).toEqual(new Set([url, identity.endpoint]));
  } finally {
    await browser.close();
  }
}
