import { expect, test } from "./fixtures";
import { everyHandler, everyPage } from "./pages";
import { signInByRequests, visit } from "./requests";
import { megabytes, sendRaw, textOf } from "./raw-request";
import { expireAccessToken, writtenSessionCookies } from "./session-cookie";

/** A policy's directives and their sources. */
function directives(policy = ""): Record<string, string[]> {
  const entries = policy.split("; ").map((directive) => directive.split(" "));
  return Object.fromEntries(entries.map(([name = "", ...sources]) => [name, sources]));
}

const always = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "strict-origin-when-cross-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
};

/** Paths that pass middleware, though they look like files or like routes that it leaves out. */
const matched = [
  "/profile/x.json",
  "/no/such.css",
  "/icon.svg",
  "/api/healthx",
  "/api/authx",
  "/api/proxyx",
  "/_next/staticx",
  "/_next/imagex",
];
const leftOut = [
  "/api/auth/csrf",
  "/_next/static/no-such.js",
  "/_next/image?url=%2Ficon.svg&w=64&q=75",
  "/_next/image",
];
/** Sent unchanged: a browser would normalize them. */
const unnormalized = [
  "/_next/static/../../profile",
  "/api/health/../../profile",
  "/api/auth/%2e%2e/profile",
];

for (const who of ["a visitor", "alice"]) {
  test(`every page restricts what it may load and where its forms may post, for ${who}`, async ({
    app,
    context,
    identity,
  }) => {
    if (who !== "a visitor") await signInByRequests(context, who);
    const pages = [...everyPage(), "/no-such-page"];
    expect(pages).toEqual(expect.arrayContaining(["/", "/sign-in", "/dashboard", "/profile"]));
    for (const path of pages) {
      const headers = (await context.request.get(path, { maxRedirects: 0 })).headers();
      expect(headers, path).toMatchObject(always);
      // The unit test of the security headers has the rest of the policy.
      expect(directives(headers["content-security-policy"]), path).toMatchObject({
        "default-src": ["'self'"],
        "form-action": ["'self'", app.url, identity.endpoint],
        "frame-ancestors": ["'none'"],
      });
    }
  });
}

test("no response of the app can be shown in a frame", async ({ request, stage }) => {
  for (const path of [...matched, ...leftOut, ...everyHandler()]) {
    const headers = (await request.get(path, { maxRedirects: 0 })).headers();
    const policy = directives(headers["content-security-policy"]);
    expect(policy["frame-ancestors"], path).toEqual(["'none'"]);
    if (matched.includes(path)) expect(policy["default-src"], path).toEqual(["'self'"]);
    if (path.startsWith("/api/")) expect(headers, path).toMatchObject(always);
  }
  for (const path of unnormalized) {
    const { statusCode, headers } = (await sendRaw(stage.url, path)).resume();
    expect(headers["content-security-policy"], path).toContain("frame-ancestors 'none'");
    expect(statusCode, path).toBeGreaterThanOrEqual(300);
  }
});

test("no cache may store the responses of Auth.js's routes", async ({ request }) => {
  for (const route of ["csrf", "providers", "session", "callback/logto"]) {
    const response = await request.get(`/api/auth/${route}`, { maxRedirects: 0 });
    expect(response.headers()["cache-control"], route).toBe("private, no-store");
  }
});

test("a page whose path ends like a file redirects, and renews", async ({ context, stage }) => {
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
  expect([rejected.statusCode, JSON.parse(await textOf(rejected))]).toMatchObject([
    413,
    { error: "body_too_large" },
  ]);
  // The handler has no POST method.
  expect((await post(9)).resume().statusCode).toBe(405);
});
