import {
  expect,
  expectSignInMessage,
  expectNothingSecret,
  signInByRequests,
  test,
  visit,
} from "./stage";
import { writtenSessionCookies } from "./session-cookie";

test("links to Auth.js's own sign-in addresses end on our sign-in page, signed out", async ({
  context,
  stage,
}) => {
  const response = await visit(context, "/api/auth/signin");
  expect(new URL(response.url()).pathname).toBe("/sign-in");
  expect(response.status()).toBe(200);
  expect(await response.text()).not.toMatch(/role="alert"/);
  const ofProvider = await visit(context, "/api/auth/signin/logto");
  await expectNothingSecret(
    await expectSignInMessage(ofProvider, "Sign-in was interrupted"),
    stage,
  );
});

test("an unknown error code shows a general message and never the code", async ({ context }) => {
  const code = "<script>alert(1)</script>";
  const response = await visit(context, `/api/auth/error?error=${encodeURIComponent(code)}`);
  const page = await expectSignInMessage(response, "You could not be signed in");
  expect(page).not.toContain("<script>alert(1)");
});

test("addresses of Auth.js that do not exist are client errors or lead to the sign-in page", async ({
  context,
  stage,
}) => {
  for (const path of ["/api/auth/xyz", "/api/auth/session/x", "/api/auth/__proto__"]) {
    const response = await visit(context, path);
    expect([400, 404], path).toContain(response.status());
    await expectNothingSecret(await response.text(), stage);
  }
  const unknownProvider = await visit(context, "/api/auth/callback/nope?code=x&state=y");
  expect(new URL(unknownProvider.url()).pathname).toBe("/sign-in");
  await expectNothingSecret(await unknownProvider.text(), stage);
  const twice = "/sign-in?error=a&error=b&callbackUrl=/a&callbackUrl=/b";
  expect((await visit(context, twice)).status(), "parameters that come twice").toBe(200);
});

test("a sign-in form without the CSRF token is rejected", async ({ context, stage }) => {
  const response = await context.request.post("/api/auth/signin/logto", {
    form: { callbackUrl: "/profile" },
  });
  await expectSignInMessage(response, "Sign-in was interrupted");
  expect((await stage.control.requests()).byEndpoint.authorization).toBeUndefined();
  expect(stage.log()).toMatch(/"reason":".+"msg":"MissingCSRF"/);
});

test("a link, or a form without the CSRF token, neither signs the user out nor changes the session", async ({
  context,
  stage,
}) => {
  await signInByRequests(context, "bob");
  const post = (path: string, options: object) =>
    context.request.post(path, { maxRedirects: 0, ...options });
  expect(writtenSessionCookies(await post("/api/auth/signout", { form: {} }))).toEqual([]);
  await visit(context, "/api/auth/signout");
  const data = { data: { user: { roles: ["admin"] } } };
  expect((await post("/api/auth/session", { data })).status()).toBe(400);

  expect((await stage.control.requests()).byEndpoint.revocation).toBeUndefined();
  expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
  expect(await (await context.request.get("/api/auth/check")).text()).not.toContain("admin");
});

test("a request header can't set a return path on another origin", async ({ context, stage }) => {
  const headers = { "x-requested-path": "//evil.example", "x-forwarded-host": "evil.example" };
  const response = await context.request.get("/dashboard", { headers, maxRedirects: 0 });
  expect(response.status()).toBe(307);
  const { location = "" } = response.headers();
  expect(new URL(location, stage.url).origin).toBe(stage.url);
  expect(location).not.toContain("evil.example");
});

test("a body that middleware would cut off is rejected as too large", async ({ request }) => {
  const post = (size: number) => request.post("/api/auth/check", { data: Buffer.alloc(size) });
  const response = await post(10 * 1024 * 1024 + 1);
  expect(response.status()).toBe(413);
  expect(await response.json()).toMatchObject({ error: "body_too_large" });
  expect((await post(10 * 1024 * 1024)).status()).toBe(405);
});
