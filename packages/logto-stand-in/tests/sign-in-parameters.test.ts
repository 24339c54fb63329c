import { expect, it } from "vitest";
import { Browser } from "./contract/drivers/browser";
import { authorizationUrl, redirectUri, start as startStandIn } from "./start";

/** A stand-in, and a browser that sends it authorization requests. */
async function start() {
  const { issuer, control } = await startStandIn();
  const browser = new Browser();
  const visit = async (parameters: Record<string, string>) => {
    const { response, url } = await browser.follow(
      authorizationUrl(issuer, parameters),
      redirectUri,
    );
    return { place: url, page: (await response?.text()) ?? "" };
  };
  return { browser, visit, control };
}

it("fills in the first page and names the organization, in the page's language", async () => {
  const { visit } = await start();
  const { page } = await visit({
    login_hint: "bob@example.com",
    ui_locales: "not_a_language fr-CA en",
    organization_id: "r6f1s9e4ok2m",
  });
  expect(page).toContain('value="bob@example.com"');
  expect(page).toContain('<html lang="fr-CA">');
  expect(page).toContain("to continue to app of Acme");
});

it("fills in the address of a registration", async () => {
  const { visit } = await start();
  const { page } = await visit({ first_screen: "register", login_hint: "new@example.com" });
  expect(page).toMatch(/id="email"[^>]*value="new@example.com"/);
});

it.each(["social:nobody", "sso:some-id", "google"])(
  "shows the first page if direct_sign_in is %s, which it does not have",
  async (direct_sign_in) => {
    const { visit } = await start();
    expect((await visit({ direct_sign_in })).page).toContain("<h1>Sign in</h1>");
  },
);

it("adds the identity to the account that is chosen at a social provider", async () => {
  const { browser, visit, control } = await start();
  const { place } = await visit({ direct_sign_in: "social:google" });
  const submitted = await browser.submit(`${place.href}/social`, { username: "bob" });
  const { url } = await browser.followFrom(place, submitted, redirectUri);
  expect(url.searchParams.get("code")).toBeTruthy();
  const users = await (await fetch(`${control.endpoint}/control/users/bob`)).json();
  expect(users).toMatchObject({
    claims: { identities: { google: { details: { name: "Bob Park" } } } },
  });
});

it("creates the account of a one-time token's address, and uses the token once", async () => {
  const { visit, control } = await start();
  const login_hint = "invited@example.com";
  const one_time_token = await control.createOneTimeToken(login_hint);
  expect((await visit({ login_hint, one_time_token })).place.searchParams.has("code")).toBe(true);
  expect((await visit({ login_hint, one_time_token })).page).toContain(
    "The token was used already.",
  );
});

it("says that a one-time token has expired", async () => {
  const { visit, control } = await start();
  const login_hint = "bob@example.com";
  const one_time_token = await control.createOneTimeToken(login_hint, 60);
  await control.change({ clockSkew: 61 });
  expect((await visit({ login_hint, one_time_token })).page).toContain("The token has expired.");
});

it("rejects a one-time token without an address", async () => {
  const { visit, control } = await start();
  const one_time_token = await control.createOneTimeToken("bob@example.com");
  expect((await visit({ one_time_token })).page).toContain("Invalid link");
});
