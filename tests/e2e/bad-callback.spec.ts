import type { APIResponse, BrowserContext } from "@playwright/test";
import {
  beginSignIn,
  expect,
  expectSignInMessage,
  expectNothingSecret,
  expectSignedOut,
  test,
  typePassword,
  visit,
} from "./stage";

/** Signs in at Logto. @returns the callback URL that Logto redirects to, not yet followed */
async function callbackOf(context: BrowserContext): Promise<URL> {
  const signInPage = await beginSignIn(context, "/profile");
  let response = await typePassword(context, signInPage, "bob", { maxRedirects: 0 });
  for (;;) {
    const next = new URL(locationOf(response), response.url());
    if (next.pathname.startsWith("/api/auth/callback/")) return next;
    response = await context.request.get(next.href, { maxRedirects: 0 });
  }
}

function locationOf(response: APIResponse): string {
  const { location } = response.headers();
  if (!location)
    throw new Error(`${response.url()} responded ${response.status()} without a redirect`);
  return location;
}

const interrupted = "Sign-in was interrupted";

const spoiled: { what: string; spoil: (url: URL) => void; title: string; logged: RegExp }[] = [
  {
    what: "a wrong state",
    spoil: (url) => url.searchParams.set("state", "of-somebody-else"),
    title: interrupted,
    logged: /"reason":".*state/,
  },
  {
    what: "no state",
    spoil: (url) => url.searchParams.delete("state"),
    title: interrupted,
    logged: /"reason":".*state/,
  },
  {
    what: "no code",
    spoil: (url) => url.searchParams.delete("code"),
    title: interrupted,
    logged: /"reason":".*code/,
  },
  {
    what: "another issuer",
    spoil: (url) => url.searchParams.set("iss", "https://evil.example/oidc"),
    title: interrupted,
    logged: /"reason":".*iss/,
  },
  {
    what: "error=access_denied",
    spoil: (url) => {
      url.searchParams.delete("code");
      url.searchParams.set("error", "access_denied");
      url.searchParams.set("error_description", "<script>alert(1)</script>");
    },
    title: "Sign-in was not completed",
    logged: /"reason":".*access_denied/,
  },
  {
    what: "error=server_error",
    spoil: (url) => {
      url.searchParams.delete("code");
      url.searchParams.set("error", "server_error");
    },
    title: "Sign-in was not completed",
    logged: /"reason":".*server_error/,
  },
  {
    what: "an unknown code",
    spoil: (url) => url.searchParams.set("code", "made-up"),
    title: "Sign-in was interrupted",
    logged: /"reason":".*invalid_grant/,
  },
];

for (const { what, spoil, title, logged } of spoiled) {
  test(`a callback with ${what} shows an error and does not sign in`, async ({
    context,
    stage,
  }) => {
    const url = await callbackOf(context);
    spoil(url);
    const page = await expectSignInMessage(await visit(context, url.href), title);
    expect(page).not.toContain("<script>alert(1)");
    await expectNothingSecret(page, stage);
    expect(stage.log()).toMatch(logged);
    await expectSignedOut(context);
  });
}

for (const cookie of ["state", "pkce.code_verifier", "nonce"]) {
  test(`a callback without the ${cookie} cookie shows an error and does not sign in`, async ({
    context,
    stage,
  }) => {
    const url = await callbackOf(context);
    await context.clearCookies({ name: `authjs.${cookie}` });
    await expectSignInMessage(await visit(context, url.href), interrupted);
    expect(stage.log()).toMatch(/"reason":".+"msg":"InvalidCheck"/);
    await expectSignedOut(context);
  });
}

test("a callback without a sign-in before it shows an error", async ({ context, stage }) => {
  await expectSignInMessage(
    await visit(context, "/api/auth/callback/logto?code=x&state=y"),
    interrupted,
  );
  expect(stage.log()).toMatch(/"reason":".+"msg":"InvalidCheck"/);
  await expectSignedOut(context);
});

test("a callback URL that is opened twice signs in only once", async ({ context }) => {
  const url = await callbackOf(context);
  expect(new URL((await visit(context, url.href)).url()).pathname).toBe("/profile");
  await context.clearCookies({ name: /session-token/ });
  await expectSignInMessage(await visit(context, url.href), interrupted);
  await expectSignedOut(context);
});

const outages = [
  { kind: "status", status: 500 },
  { kind: "status", status: 503 },
  { kind: "drop" },
  { kind: "html" },
  { kind: "truncated" },
] as const;

for (const { kind, ...rest } of outages) {
  const name = "status" in rest ? `responds with ${rest.status}` : `fails (${kind})`;
  test(`when the token endpoint ${name} at the callback, the page says to try again`, async ({
    context,
    stage,
  }) => {
    const url = await callbackOf(context);
    await stage.control.inject({ endpoint: "token", when: "before", kind, ...rest });
    await stage.control.forgetRequests();
    const page = await expectSignInMessage(
      await visit(context, url.href),
      "The sign-in service does not respond",
    );
    await expectNothingSecret(page, stage);
    expect(stage.log()).toMatch(/"reason":"\S.*"msg":"\w{3,}"/);
    await expectSignedOut(context);
    // Sending a code twice would cost its grant (RFC 6749 §4.1.2).
    expect((await stage.control.requests()).byGrant.authorization_code).toBe(1);

    await stage.control.clearFaults();
    const again = await beginSignIn(context, "/profile");
    expect(new URL(again.url()).pathname).toBe("/profile");
  });
}
