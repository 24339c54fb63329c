import { startLogto } from "../../packages/logto-stand-in/src/server";
import { appClient, appVariables } from "../../dev/stand-in";
import { walkBehindProxy } from "./behind-proxy";
import { startFront } from "./front";
import { freePort, startApp } from "./servers";
import { expect, test } from "./stage";
import { goToLogto, typeCredentials } from "./steps";

const profile = "/profile?tab=4";

test.describe("on a host other than AUTH_URL's", () => {
  for (const javaScriptEnabled of [true, false])
    test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
      test.use({ javaScriptEnabled });

      test("a protected page redirects to sign in on AUTH_URL's host and ends there", async ({
        page,
        stage,
      }) => {
        const elsewhere = stage.url.replace("localhost", "127.0.0.1");
        await page.goto(elsewhere + profile);
        await goToLogto(page);
        await typeCredentials(page, "bob");
        await expect(page).toHaveURL(stage.url + profile);
      });

      test("the sign-in page redirects to AUTH_URL's host", async ({ page, stage }) => {
        const elsewhere = stage.url.replace("localhost", "127.0.0.1");
        await page.goto(`${elsewhere}/sign-in?callbackUrl=${encodeURIComponent(profile)}`);
        expect(new URL(page.url()).origin).toBe(stage.url);
        await goToLogto(page);
        await typeCredentials(page, "bob");
        await expect(page).toHaveURL(stage.url + profile);
      });
    });

  test("a form posted there redirects to the sign-in page on AUTH_URL's host", async ({
    context,
    stage,
  }) => {
    const origin = stage.url.replace("localhost", "127.0.0.1");
    const form = { callbackUrl: origin + profile };
    const url = `${origin}/api/auth/signin/logto`;
    const response = await context.request.post(url, {
      form,
      headers: { origin },
      maxRedirects: 0,
    });
    expect(response.headers().location).toBe(
      `${stage.url}/sign-in?callbackUrl=${encodeURIComponent(profile)}`,
    );
  });

  test("a proxy that hides the browser's host causes no redirect loop", async ({
    context,
    stage,
  }) => {
    const headers = { host: "upstream:3000", accept: "text/html" };
    const url = `/sign-in?callbackUrl=${encodeURIComponent(profile)}`;
    const first = await context.request.get(url, { headers, maxRedirects: 0 });
    const { location = "" } = first.headers();
    expect(location).toBe(
      `${stage.url}/sign-in?callbackUrl=${encodeURIComponent(stage.url + profile)}`,
    );
    expect((await context.request.get(location, { headers, maxRedirects: 0 })).status()).toBe(200);
  });
});

/** The headers that a proxy may set, and the app's configuration for it. */
const fronts: {
  what: string;
  variables: Record<string, string>;
  forwarded: (host: string) => Record<string, string>;
}[] = [
  {
    what: "with X-Forwarded-Host alone",
    variables: { AUTH_URL: "", AUTH_TRUST_HOST: "true" },
    forwarded: (host) => ({
      host: "upstream:3000",
      "x-forwarded-host": host,
      "x-forwarded-proto": "http",
    }),
  },
  {
    what: "with two proxies in a row",
    variables: { AUTH_URL: "", AUTH_TRUST_HOST: "true" },
    forwarded: (host) => ({
      host: "upstream:3000",
      "x-forwarded-host": `${host}, inner.test`,
      "x-forwarded-proto": "http, https",
    }),
  },
  {
    what: "with Host alone",
    variables: { AUTH_URL: "", AUTH_TRUST_HOST: "true" },
    forwarded: (host) => ({ host }),
  },
  {
    what: "with AUTH_URL and no forwarded headers",
    variables: {},
    forwarded: () => ({ host: "upstream:3000" }),
  },
];

for (const { what, variables, forwarded } of fronts)
  test(`behind a proxy ${what}, sign-in, its errors and sign-out stay on the browser's host`, async () => {
    const port = await freePort();
    const front = await startFront(port, "app.test", forwarded);
    const identity = await startLogto({
      port: 0,
      control: true,
      clients: [appClient(front.url)],
    });
    const app = await startApp(
      { ...appVariables(identity.issuer), AUTH_URL: front.url, ...variables },
      { port },
    );
    try {
      await walkBehindProxy(front, identity);
    } finally {
      for (const close of [app.stop, identity.close, front.close]) await close();
    }
  });

test("forwarded headers without a valid host break no redirect", async ({ context }) => {
  for (const host of ["a b", "[", "", "evil.example/path", "x@y"]) {
    const headers = { "x-forwarded-host": host, "x-forwarded-proto": "gopher" };
    const response = await context.request.get("/dashboard", { headers, maxRedirects: 0 });
    expect(response.status(), host).toBe(307);
  }
});
