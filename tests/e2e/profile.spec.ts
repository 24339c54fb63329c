import type { Locator } from "@playwright/test";
import { expect, test } from "./fixtures";

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

/** The cells of a claims table: the values and the scopes, by claim. */
async function claimsOf(table: Locator) {
  await expect(table).toBeVisible();
  const rows = await table
    .locator("tbody tr")
    .evaluateAll((all) =>
      all.map((row) => [...row.children].map((cell) => cell.textContent.trim())),
    );
  return {
    values: Object.fromEntries(rows.map(([claim = "", value]) => [claim, value])),
    scopes: Object.fromEntries(rows.map(([claim = "", , scope]) => [claim, scope])),
  };
}

test.describe("alice", () => {
  test.use({ person: "alice" });

  test("every claim has a row with its scope, in the table of its source, and times are shown as dates", async ({
    page,
  }) => {
    await page.goto("/profile");
    const table = page.getByRole("table", { name: "Claims of the id_token" });
    const idToken = await claimsOf(table);
    expect(idToken.scopes).toEqual(idTokenScopes);
    expect(idToken.values).toMatchObject({
      name: "Alice Kim",
      address: expect.stringContaining("Unter den Linden 1"),
    });
    const userinfo = await claimsOf(
      page.getByRole("table", { name: "Claims that only userinfo has" }),
    );
    expect(userinfo.scopes).toEqual(userinfoScopes);
    expect(userinfo.values).toMatchObject({
      organization_data: expect.stringContaining("Makes everything."),
      custom_data: '{"plan":"team","onboarded":true}',
      identities: expect.stringContaining("583231"),
    });

    const created = table
      .getByRole("row")
      .filter({ has: page.getByRole("rowheader", { name: "created_at" }) });
    const milliseconds = Number(
      await created.getByRole("cell").first().locator("code").textContent(),
    );
    expect(Math.abs(Date.now() - milliseconds)).toBeLessThan(60 * 60 * 1000);
    const date = new Date(milliseconds).toISOString();
    await expect(created.locator("time")).toHaveAttribute("datetime", date);
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
    const idToken = await claimsOf(page.getByRole("table", { name: "Claims of the id_token" }));
    expect(idToken.values.name).toBe("Bob Park");

    await identity.clearFaults();
    await page.getByRole("link", { name: "Try again" }).click();
    const table = page.getByRole("table", { name: "Claims that only userinfo has" });
    const { organization_data: organizations } = (await claimsOf(table)).values;
    expect(organizations).toContain("Acme");
    expect(organizations).not.toContain("Globex");
  });
});
