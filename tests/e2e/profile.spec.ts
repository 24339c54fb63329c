import type { Page } from "@playwright/test";
import { expect, test } from "./signed-in";

const profileClaims =
  "name family_name given_name middle_name nickname preferred_username profile picture website " +
  "gender birthdate zoneinfo locale updated_at username created_at";

/** The scope of each claim, as in the Logto facts page and not in the app's own list. */
const idTokenScopes = {
  sub: "openid",
  acr: "openid",
  amr: "openid",
  ...Object.fromEntries(profileClaims.split(" ").map((claim) => [claim, "profile"])),
  email: "email",
  email_verified: "email",
  phone_number: "phone",
  phone_number_verified: "phone",
  address: "address",
  roles: "roles",
  organizations: "urn:logto:scope:organizations",
  organization_roles: "urn:logto:scope:organization_roles",
};
const userinfoScopes = {
  organization_data: "urn:logto:scope:organizations",
  custom_data: "custom_data",
  identities: "identities",
  sso_identities: "identities",
};

const idTokenTable = (page: Page) => page.getByRole("table", { name: "Claims of the id_token" });
const userinfoTable = (page: Page) =>
  page.getByRole("table", { name: "Claims that only userinfo has" });

/** The cells of a claims table, by claim. */
async function claimsOf(table: ReturnType<typeof idTokenTable>) {
  await expect(table).toBeVisible();
  const rows = await table
    .locator("tbody tr")
    .evaluateAll((all) =>
      all.map((row) => [...row.children].map((cell) => cell.textContent.trim())),
    );
  return new Map(rows.map(([claim = "", value, scope]) => [claim, { value, scope }]));
}

test("every claim has a row with its scope, in the table of its source, and times are shown as dates", async ({
  page,
}) => {
  await page.goto("/profile");
  const scopes = (claims: Awaited<ReturnType<typeof claimsOf>>) =>
    Object.fromEntries([...claims].map(([claim, { scope }]) => [claim, scope]));
  const idToken = await claimsOf(idTokenTable(page));
  expect(scopes(idToken)).toEqual(idTokenScopes);
  expect(idToken.get("name")?.value).toBe("Alice Kim");
  expect(idToken.get("address")?.value).toContain("Unter den Linden 1");
  const userinfo = await claimsOf(userinfoTable(page));
  expect(scopes(userinfo)).toEqual(userinfoScopes);
  expect(userinfo.get("organization_data")?.value).toContain("Makes everything.");
  expect(userinfo.get("custom_data")?.value).toBe('{"plan":"team","onboarded":true}');
  expect(userinfo.get("identities")?.value).toContain("583231");

  // In milliseconds.
  for (const claim of ["created_at", "updated_at"]) {
    const row = idTokenTable(page)
      .getByRole("row")
      .filter({ has: page.getByRole("rowheader", { name: claim }) });
    const raw = Number(await row.getByRole("cell").first().locator("code").textContent());
    expect(Math.abs(Date.now() - raw)).toBeLessThan(60 * 60 * 1000);
    await expect(row.locator("time")).toHaveAttribute("datetime", new Date(raw).toISOString());
  }
});

test.describe("carol", () => {
  test.use({ person: "carol" });

  test("a claim without a value at Logto is shown as not set", async ({ page }) => {
    await page.goto("/profile");
    const claims = await claimsOf(idTokenTable(page));
    const unset = [...claims]
      .filter(([, { value }]) => value === "not set")
      .map(([claim]) => claim);
    expect(unset.sort()).toEqual(["email", "name", "phone_number", "picture"]);
  });
});

test.describe("bob", () => {
  test.use({ person: "bob" });

  test("a member sees the data of their own organizations only, and without userinfo an error and the other claims", async ({
    identity,
    page,
  }) => {
    await identity.inject({ endpoint: "userinfo", when: "before", kind: "status", status: 500 });
    const response = await page.goto("/profile");
    expect(response?.status()).toBe(200);
    await expect(page.getByRole("alert").filter({ hasText: "could not be loaded" })).toBeVisible();
    expect((await claimsOf(idTokenTable(page))).get("name")?.value).toBe("Bob Park");

    await identity.clearFaults();
    await page.getByRole("link", { name: "Try again" }).click();
    const claims = await claimsOf(userinfoTable(page));
    expect(claims.get("organization_data")?.value).toContain("Acme");
    expect(claims.get("organization_data")?.value).not.toContain("Globex");
  });
});
