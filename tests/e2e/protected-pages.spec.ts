import { signedInPages } from "../../components/site";
import { expect, signIn, test } from "./fixtures";

const pages = [
  ...signedInPages.map(({ href }) => href),
  "/profile?from=mail&note=a%26b",
  "/dashboard/anything/below",
];

for (const path of pages) {
  test(`${path} sends whoever is signed out to sign in, and back`, async ({ app, request }) => {
    const response = await request.get(path, { maxRedirects: 0 });
    expect(response.status()).toBe(307);
    const location = new URL(response.headers().location ?? "", app.url);
    expect(location.origin + location.pathname).toBe(`${app.url}/sign-in`);
    expect([...location.searchParams]).toEqual([["callbackUrl", path]]);
  });
}

test("what the router asks for is not given to whoever is signed out", async ({ request }) => {
  const response = await request.get("/profile", { headers: { rsc: "1" }, maxRedirects: 0 });
  expect(response.status()).toBe(307);
});

test("a header that once led around middleware leads nowhere", { tag: "@jwt" }, async ({ app, request }) => {
  const headers = {
    "x-middleware-subrequest": Array.from({ length: 5 }, () => "middleware").join(":"),
    "x-requested-path": "/dashboard",
  };
  const response = await request.get("/profile", { headers, maxRedirects: 0 });
  expect(response.status()).toBe(307);
  const location = new URL(response.headers().location ?? "", app.url);
  expect(location.searchParams.get("callbackUrl")).toBe("/profile");
});

test("a protected page may not be stored by any cache", async ({ page }) => {
  await signIn(page, "alice");
  const response = await page.request.get("/dashboard");
  expect(response.status()).toBe(200);
  expect(response.headers()["cache-control"]).toContain("no-store");
});

test("a protected handler answers 401 with a challenge to whoever is signed out", async ({ request }) => {
  const response = await request.get("/api/auth/check", { maxRedirects: 0 });
  expect(response.status()).toBe(401);
  expect(response.headers()["www-authenticate"]).toBeTruthy();
  expect(response.headers()["content-type"]).toContain("application/json");
  expect(await response.json()).toMatchObject({ error: "signed_out" });
});

test("the session of whoever is signed out is null", async ({ request }) => {
  expect(await (await request.get("/api/auth/session")).json()).toBeNull();
});

test("a protected handler answers whoever is signed in", async ({ page }) => {
  await signIn(page, "bob");
  const response = await page.request.get("/api/auth/check");
  expect(response.status()).toBe(200);
  expect(await response.json()).toMatchObject({
    user: { name: "Bob Park", username: "bob", email: "bob@example.com", roles: ["editor"] },
  });
});
