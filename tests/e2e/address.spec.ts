import type { BrowserContext } from "@playwright/test";
import { startLogto } from "../../packages/logto-stand-in/src/server";
import { appClient, appVariables } from "../../dev/stand-in";
import { walkBehindProxy } from "./behind-proxy";
import { startFront, type Front } from "./front";
import { freePort, startApp } from "./servers";
import { expect, expectSignInMessage, test, typePassword, visit } from "./stage";

const profile = "/profile?tab=4";
const signInPath = `/sign-in?callbackUrl=${encodeURIComponent(profile)}`;

test("on a host other than AUTH_URL's, pages and forms redirect to the sign-in page on AUTH_URL's host", async ({
  context,
  stage,
}) => {
  const origin = stage.url.replace("localhost", "127.0.0.1");
  for (const path of [profile, signInPath]) {
    const response = await visit(context, origin + path);
    expect(response.url(), path).toMatch(`${stage.url}/sign-in?`);
    expect(await response.text(), path).toContain(`name="callbackUrl" value="${profile}"`);
  }
  const posted = await context.request.post(`${origin}/api/auth/signin/logto`, {
    form: { callbackUrl: origin + profile },
    headers: { origin },
    maxRedirects: 0,
  });
  expect(posted.headers().location).toBe(stage.url + signInPath);
});

test("a proxy that hides the browser's host causes no redirect loop", async ({
  context,
  stage,
}) => {
  const headers = { host: "upstream:3000", accept: "text/html" };
  const first = await context.request.get(signInPath, { headers, maxRedirects: 0 });
  const { location = "" } = first.headers();
  expect(location).toBe(
    `${stage.url}/sign-in?callbackUrl=${encodeURIComponent(stage.url + profile)}`,
  );
  expect((await context.request.get(location, { headers, maxRedirects: 0 })).status()).toBe(200);
});

/**
 * What `walkBehindProxy` does, by requests: cancels a sign-in, loses the state cookie, signs in and
 * out. The forms have the headers of a browser.
 */
async function requestBehindProxy(context: BrowserContext, { url }: Front): Promise<void> {
  const post = (path: string, maxRedirects?: number) =>
    context.request.post(url + path, {
      form: { callbackUrl: profile },
      headers: { origin: url, "sec-fetch-site": "same-origin" },
      ...(maxRedirects !== undefined && { maxRedirects }),
    });
  const redirectOf = async (path: string) =>
    new URL((await post(path, 0)).headers().location ?? "").searchParams;
  await context.clearCookies();

  const parameters = await redirectOf("/api/auth/signin/logto");
  const callback = `${url}/api/auth/callback/logto`;
  expect(parameters.get("redirect_uri")).toBe(callback);
  const query = new URLSearchParams({
    error: "access_denied",
    state: parameters.get("state") ?? "",
  });
  const cancelled = await visit(context, `${callback}?${query.toString()}`);
  await expectSignInMessage(cancelled, /^Sign-in was/);
  expect(new URL(cancelled.url()).origin).toBe(url);

  const signInPage = await post("/api/auth/signin/logto");
  await context.clearCookies({ name: "authjs.state" });
  const interrupted = await typePassword(context, signInPage, "bob");
  await expectSignInMessage(interrupted, "Sign-in was interrupted");
  expect(new URL(interrupted.url()).origin).toBe(url);

  // Logto has a session with the browser by now.
  expect((await post("/api/auth/signin/logto")).url()).toBe(url + profile);
  const signOut = await redirectOf("/api/auth/signout");
  expect(signOut.get("post_logout_redirect_uri")).toBe(`${url}/`);
}

/** A proxy's host for browsers, and the headers that it sets from the host with its port. */
type Proxy = [host: string, forwarded: (host: string) => Record<string, string>];

/** Starts proxies, and an app and a stand-in behind them. */
async function startBehind(
  proxies: Proxy[],
  variables: (fronts: Front[]) => Record<string, string>,
) {
  const port = await freePort();
  const fronts: Front[] = [];
  for (const proxy of proxies) fronts.push(await startFront(port, ...proxy));
  const identity = await startLogto({
    port: 0,
    control: true,
    clients: [
      {
        ...appClient(fronts[0]?.url ?? ""),
        redirectUris: fronts.flatMap(({ url }) => appClient(url).redirectUris),
        postLogoutRedirectUris: fronts.map(({ url }) => `${url}/`),
      },
    ],
  });
  const app = await startApp({ ...appVariables(identity.issuer), ...variables(fronts) }, { port });
  const stop = async () => {
    for (const { close } of [{ close: app.stop }, identity, ...fronts]) await close();
  };
  return { fronts, identity, stop };
}

const forwardedHost = (host: string) => ({
  host: "upstream:3000",
  "x-forwarded-host": host,
  "x-forwarded-proto": "http",
});

test("behind a proxy that sends the browser's host, sign-in, its errors and sign-out stay there", async ({
  context,
}) => {
  const proxies: Proxy[] = [
    ["app.test", forwardedHost],
    // Two proxies in a row.
    [
      "localhost",
      (host) => ({
        ...forwardedHost(`${host}, inner.test`),
        "x-forwarded-proto": "http, https",
      }),
    ],
    ["localhost", (host) => ({ host })],
  ];
  const trusting = { AUTH_URL: "", AUTH_TRUST_HOST: "true" };
  const { fronts, identity, stop } = await startBehind(proxies, () => trusting);
  const [inBrowser, ...others] = fronts;
  try {
    if (inBrowser)
      await test.step("in X-Forwarded-Host, in a browser", () =>
        walkBehindProxy(inBrowser, identity));
    for (const [index, front] of others.entries())
      await test.step(["in X-Forwarded-Host of two", "in Host"][index] ?? "", () =>
        requestBehindProxy(context, front),
      );
  } finally {
    await stop();
  }
});

test("behind a proxy that hides the browser's host, they stay on AUTH_URL's host", async ({
  context,
}) => {
  const hidden = () => ({ host: "upstream:3000" });
  const { fronts, stop } = await startBehind([["localhost", hidden]], ([front]) => ({
    AUTH_URL: front?.url ?? "",
  }));
  try {
    for (const front of fronts) await requestBehindProxy(context, front);
  } finally {
    await stop();
  }
});

test("forwarded headers without a valid host break no redirect", async ({ context }) => {
  for (const host of ["a b", "[", "", "evil.example/path", "x@y"]) {
    const headers = { "x-forwarded-host": host, "x-forwarded-proto": "gopher" };
    const response = await context.request.get("/dashboard", { headers, maxRedirects: 0 });
    expect(response.status(), host).toBe(307);
  }
});
