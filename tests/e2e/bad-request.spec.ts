import {
  expect,
  expectSignInMessage,
  expectNothingSecret,
  signInByRequests,
  test,
  visit,
} from "./stage";
import { writtenSessionCookies } from "./session-cookie";

test("Auth.js's own sign-in address shows our sign-in page", async ({ context }) => {
  const response = await visit(context, "/api/auth/signin");
  expect(new URL(response.url()).pathname).toBe("/sign-in");
  expect(response.status()).toBe(200);
  expect(await response.text()).not.toMatch(/role="alert"/);
});

test("a link to Auth.js's sign-in route ends on the sign-in page, signed out", async ({
  context,
  stage,
}) => {
  const response = await visit(context, "/api/auth/signin/logto");
  await expectNothingSecret(await expectSignInMessage(response, "Sign-in was interrupted"), stage);
});

test("an unknown error code shows a general message and never the code", async ({ context }) => {
  const code = "<script>alert(1)</script>";
  const response = await visit(context, `/api/auth/error?error=${encodeURIComponent(code)}`);
  const page = await expectSignInMessage(response, "You could not be signed in");
  expect(page).not.toContain("<script>alert(1)");
});

test("an error parameter that comes twice breaks nothing", async ({ context }) => {
  const response = await visit(context, "/sign-in?error=a&error=b&callbackUrl=/a&callbackUrl=/b");
  expect(response.status()).toBe(200);
});

for (const path of ["/api/auth/xyz", "/api/auth/session/x", "/api/auth/__proto__"]) {
  test(`${path}, which does not exist, is a client error`, async ({ context, stage }) => {
    const response = await visit(context, path);
    expect([400, 404]).toContain(response.status());
    await expectNothingSecret(await response.text(), stage);
  });
}

test("a callback of an unknown provider ends on the sign-in page, signed out", async ({
  context,
  stage,
}) => {
  const response = await visit(context, "/api/auth/callback/nope?code=x&state=y");
  expect(new URL(response.url()).pathname).toBe("/sign-in");
  await expectNothingSecret(await response.text(), stage);
});

test("a sign-in form without the CSRF token is rejected", async ({ context, stage }) => {
  const response = await context.request.post("/api/auth/signin/logto", {
    form: { callbackUrl: "/profile" },
  });
  await expectSignInMessage(response, "Sign-in was interrupted");
  expect((await stage.control.requests()).byEndpoint.authorization).toBeUndefined();
  expect(stage.log()).toMatch(/"reason":".+"msg":"MissingCSRF"/);
});

test("a sign-out form without the CSRF token does not sign the user out", async ({
  context,
  stage,
}) => {
  await signInByRequests(context, "bob");
  const response = await context.request.post("/api/auth/signout", { form: {}, maxRedirects: 0 });
  expect(writtenSessionCookies(response)).toEqual([]);
  expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
  expect((await stage.control.requests()).byEndpoint.revocation).toBeUndefined();
});

test("a link does not sign the user out", async ({ context }) => {
  await signInByRequests(context, "bob");
  await visit(context, "/api/auth/signout");
  expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
});

test("a session can't be changed by a POST without the CSRF token", async ({ context }) => {
  await signInByRequests(context, "bob");
  const data = { data: { user: { roles: ["admin"] } } };
  expect((await context.request.post("/api/auth/session", { data })).status()).toBe(400);
  expect(JSON.stringify(await (await context.request.get("/api/auth/check")).json())).not.toContain(
    "admin",
  );
});

test("a request header can't set a return path on another origin", async ({ context, stage }) => {
  const headers = { "x-requested-path": "//evil.example", "x-forwarded-host": "evil.example" };
  const response = await context.request.get("/dashboard", { headers, maxRedirects: 0 });
  expect(response.status()).toBe(307);
  const { location = "" } = response.headers();
  expect(new URL(location, stage.url).origin).toBe(stage.url);
  expect(location).not.toContain("evil.example");
});

test(
  "a body that middleware would cut off is rejected as too large",
  { tag: "@jwt" },
  async ({ request }) => {
    const post = (size: number) => request.post("/api/auth/check", { data: Buffer.alloc(size) });
    const response = await post(10 * 1024 * 1024 + 1);
    expect(response.status()).toBe(413);
    expect(await response.json()).toMatchObject({ error: "body_too_large" });
    expect((await post(10 * 1024 * 1024)).status()).toBe(405);
  },
);
