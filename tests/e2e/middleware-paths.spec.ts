import { megabytes, sendRaw } from "./raw-request";
import { expireAccessToken, writtenSessionCookies } from "./session-cookie";
import { expect, signInByRequests, test, visit } from "./stage";

/** Paths that pass middleware, though they look like files or like routes that it leaves out. */
const matched = [
  "/profile/x.json",
  "/profile/logo.svg",
  "/no/such.css",
  "/robots.txt",
  "/icon.svg",
  "/api/healthx",
  "/api/health/readyx",
  "/api/authx",
  "/api/proxyx",
  "/_next/staticx",
  "/_next/imagex",
];

test("a path that ends like a file, or begins like a route that is left out, passes through middleware", async ({
  request,
}) => {
  for (const path of matched) {
    const response = await request.get(path, { maxRedirects: 0 });
    expect(response.headers()["content-security-policy"], path).toContain("default-src 'self'");
  }
});

test("no response of the app can be shown in a frame", async ({ request, stage }) => {
  const leftOut = [
    "/api/health",
    "/api/health/ready",
    "/api/auth/csrf",
    "/api/auth/signin",
    "/api/auth/no-such-route",
    "/api/proxy/products",
    "/_next/static/no-such.js",
    "/_next/static/no-such.html",
    "/_next/image?url=%2Ficon.svg&w=64&q=75",
    "/_next/image",
  ];
  for (const path of [...matched, ...leftOut]) {
    const response = await request.get(path, { maxRedirects: 0 });
    expect(response.headers()["content-security-policy"], path).toContain("frame-ancestors 'none'");
  }
  // Sent unchanged: a browser would normalize them.
  for (const path of [
    "/_next/static/../../profile",
    "/api/health/../../profile",
    "/api/auth/%2e%2e/profile",
  ]) {
    const { status, headers } = await sendRaw(stage.url, path);
    expect(headers["content-security-policy"], path).toContain("frame-ancestors 'none'");
    expect(status, path).toBeGreaterThanOrEqual(300);
  }
});

test("no cache may store the responses of Auth.js's routes, which set the session cookie", async ({
  request,
}) => {
  for (const path of [
    "/api/auth/csrf",
    "/api/auth/providers",
    "/api/auth/session",
    "/api/auth/callback/logto",
  ]) {
    const response = await request.get(path, { maxRedirects: 0 });
    expect(response.headers()["cache-control"], path).toBe("private, no-store");
  }
});

test("a page whose path ends like a file redirects to sign in, and renews the session", async ({
  context,
  stage,
}) => {
  const path = "/profile/x.json";
  const turnedAway = await visit(context, path, { maxRedirects: 0 });
  expect(turnedAway.headers().location).toMatch(/\/sign-in\?callbackUrl=%2Fprofile%2Fx\.json$/);

  await signInByRequests(context, "alice");
  for (const renewed of [path, "/", "/icon.svg", "/api/token-info"]) {
    await expireAccessToken(context, stage);
    const response = await visit(context, renewed, { maxRedirects: 0 });
    expect(writtenSessionCookies(response), renewed).toHaveLength(1);
    // Next.js itself would let any cache store the start page and the icon. For a 404 it adds more.
    expect(response.headers()["cache-control"], renewed).toMatch(/^private,.* no-store\b/);
  }
  expect((await visit(context, "/icon.svg")).headers()["cache-control"]).toContain("public");
});

test("a body without a length is rejected only if it is too large", async ({ stage }) => {
  const post = (size: number) =>
    sendRaw(stage.url, "/api/token-info", { method: "POST", body: megabytes(size) });
  const rejected = await post(12);
  expect([rejected.status, JSON.parse(rejected.text)]).toMatchObject([
    413,
    { error: "body_too_large" },
  ]);
  // The handler has no POST method.
  expect((await post(9)).status).toBe(405);
});
