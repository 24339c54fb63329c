import { startFront, testBehindProxy } from "./behind-proxy";
import { expect, test } from "./fixtures";
import { visit } from "./requests";

const profile = "/profile?tab=4";
const signInPath = `/sign-in?callbackUrl=${encodeURIComponent(profile)}`;

test("on another host, pages and forms redirect to AUTH_URL's", async ({ context, stage }) => {
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
