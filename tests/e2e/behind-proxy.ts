import { chromium } from "@playwright/test";
import { findBrowser } from "../run/browser";
import type { StandIn } from "../../packages/logto-stand-in/src/server";
import type { Front } from "./front";
import { expect } from "./stage";
import { goToLogto, signOut, typeCredentials } from "./steps";

const profile = "/profile?tab=4";

/**
 * Signs in and out, cancels a sign-in and loses the state cookie, in a browser that reaches the app
 * only at a proxy's address.
 *
 * @param front its host needs no DNS entry: the browser resolves it to this machine
 */
export async function walkBehindProxy({ url }: Front, identity: StandIn): Promise<void> {
  const { hostname } = new URL(url);
  const { executablePath, args = [] } = findBrowser() ?? {};
  const browser = await chromium.launch({
    args: [...args, `--host-resolver-rules=MAP ${hostname} 127.0.0.1`],
    ...(executablePath && { executablePath }),
  });
  try {
    const context = await browser.newContext({ baseURL: url, ignoreHTTPSErrors: true });
    const page = await context.newPage();
    const origins = new Set<string>();
    const states: string[] = [];
    page.on("request", (request) => {
      const { protocol, origin, searchParams } = new URL(request.url());
      if (protocol.startsWith("http")) origins.add(origin);
      if (searchParams.has("redirect_uri")) states.push(searchParams.get("state") ?? "");
    });
    const error = page.getByRole("alert").filter({ hasText: "Sign-in was" });

    // The user cancels at Logto, which returns the state.
    await page.goto(profile);
    await goToLogto(page);
    const query = new URLSearchParams({ error: "access_denied", state: states.at(-1) ?? "" });
    await page.goto(`/api/auth/callback/logto?${query.toString()}`);
    await expect(error).toBeVisible();
    expect(new URL(page.url()).origin).toBe(url);

    // The state cookie is lost on the way.
    await goToLogto(page);
    await context.clearCookies({ domain: hostname });
    await typeCredentials(page, "bob");
    await expect(error).toBeVisible();
    expect(new URL(page.url()).origin).toBe(url);

    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("button", { name: /Bob Park/ }).click();
    await expect(page).toHaveURL(url + profile);

    await page.goto("/");
    await signOut(page);
    await expect(page.getByText("You are signed out")).toBeVisible();
    expect(new URL(page.url()).origin).toBe(url);
    expect(origins).toEqual(new Set([url, identity.endpoint]));
  } finally {
    await browser.close();
  }
}
