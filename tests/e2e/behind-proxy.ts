import { request } from "node:http";
import { chromium, expect } from "@playwright/test";
import { findBrowser } from "../run/browser";
import { closeServer, listen } from "../../packages/logto-stand-in/src/listen";
import { appClient } from "../../dev/stand-in";
import { freePort, startPair } from "./servers";
import { goToLogto, signOut, typeCredentials } from "./steps";

const profile = "/profile?tab=4";

/** A reverse proxy in front of an app. */
export interface Front {
  /** The address that browsers use. */
  url: string;
  close(): Promise<unknown>;
}

/**
 * Starts a reverse proxy in front of an app.
 *
 * @param port of the app
 * @param host that browsers use, without a port
 * @param forwarded makes the headers that the proxy sets, from the host with its port
 */
export async function startFront(
  port: number,
  host: string,
  forwarded: (host: string) => Record<string, string>,
): Promise<Front> {
  const front = await listen(0, (incoming, outgoing) => {
    const { method, url: path } = incoming;
    const headers = { ...incoming.headers, ...forwarded(`${host}:${front.port}`) };
    const passed = request({ port, method, path, headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    passed.on("error", () => outgoing.destroy());
    incoming.pipe(passed);
  });
  const close = () => Promise.all(front.servers.map(closeServer));
  return { url: `http://${host}:${front.port}`, close };
}

/**
 * Signs in and out, cancels a sign-in and loses the state cookie, in a browser that reaches the app
 * only at a proxy's address.
 *
 * @param front its host needs no DNS entry: the browser resolves it to this machine
 * @param logto the stand-in's origin
 */
export async function walkBehindProxy({ url }: Front, logto: string): Promise<void> {
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
    expect(origins).toEqual(new Set([url, logto]));
  } finally {
    await browser.close();
  }
}

/**
 * Starts an app behind a proxy, and walks through it.
 *
 * @param startProxy starts the proxy in front of the app at a port
 * @param variable by which the app learns the address that browsers use
 */
export async function testBehindProxy(
  startProxy: (port: number) => Promise<Front>,
  variable: "AUTH_URL" | "AUTH_TRUST_HOST",
): Promise<void> {
  const port = await freePort();
  const front = await startProxy(port);
  const { control, stop } = await startPair(
    { AUTH_URL: "", [variable]: variable === "AUTH_URL" ? front.url : "true" },
    { port, client: appClient(front.url) },
  );
  try {
    await walkBehindProxy(front, control.endpoint);
  } finally {
    await stop();
    await front.close();
  }
}
