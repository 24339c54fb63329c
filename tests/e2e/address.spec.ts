import { startFront, testBehindProxy } from "./behind-proxy";
import { expect, test } from "./fixtures";
import { visit } from "./requests";

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

test("behind a proxy that sends the browser's host, sign-in, its errors and sign-out stay there", async () => {
  const forwarded = (host: string) => ({
    host: "upstream:3000",
    "x-forwarded-host": host,
    "x-forwarded-proto": "http",
  });
  await testBehindProxy((port) => startFront(port, "app.test", forwarded), "AUTH_TRUST_HOST");
});

test("behind a proxy that hides the browser's host, they stay on AUTH_URL's host", async () => {
  const hidden = () => ({ host: "upstream:3000" });
  await testBehindProxy((port) => startFront(port, "app.test", hidden), "AUTH_URL");
});

test("forwarded headers can't break a redirect, or set a return path on another origin", async ({
  context,
}) => {
  for (const host of ["a b", "[", "", "evil.example", "evil.example/path", "x@y"]) {
    const headers = {
      "x-forwarded-host": host,
      "x-forwarded-proto": "gopher",
      "x-requested-path": "//evil.example",
    };
    const response = await context.request.get("/dashboard", { headers, maxRedirects: 0 });
    expect(response.status(), host).toBe(307);
    expect(response.headers().location, host).toMatch(
      /^(http:\/\/localhost:\d+)?\/sign-in\?callbackUrl=%2Fdashboard$/,
    );
  }
});
