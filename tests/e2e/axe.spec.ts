import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { complaints, everyPage, open } from "./pages";
import { expect, test } from "./signed-in";
import { openUserMenu } from "./steps";

const signedOut = [
  "/",
  "/sign-in?error=OAuthCallbackError&callbackUrl=%2Fprofile",
  "/sign-in?error=SessionEnded",
  "/no-such-page",
];
const refused = ["/account?error=provider_unavailable", "/organizations/no-such-id"];

/** What axe finds wrong, each with the elements that it is about. */
async function violations(page: Page, rules?: string[]): Promise<string[]> {
  // The other mode opens a page of its own for each check; it is for frames of other origins, and there are none.
  const axe = new AxeBuilder({ page }).setLegacyMode();
  const result = await (rules ? axe.withRules(rules) : axe).analyze();
  return result.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target }) => `${page.url()} ${id}: ${target.join(" ")}`),
  );
}

for (const [who, pathsOf] of [
  ["signed out", () => signedOut],
  ["signed in", () => [...everyPage(), ...refused]],
] as const) {
  test.describe(who, () => {
    if (who === "signed out") test.use({ storageState: { cookies: [], origins: [] } });

    test(`axe and the console have nothing against any page, light and dark, ${who}`, async ({ page }) => {
      test.setTimeout(120_000);
      const complained = complaints(page);
      const found: string[] = [];
      for (const path of pathsOf()) {
        await page.emulateMedia({ colorScheme: "light" });
        await open(page, path);
        found.push(...(await violations(page)));
        // Nothing but the colours differs.
        await page.emulateMedia({ colorScheme: "dark" });
        found.push(...(await violations(page, ["color-contrast"])));
      }
      expect(found).toEqual([]);
      expect(complained).toEqual([]);
    });
  });
}

test("axe has nothing against the open user menu on a phone", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, "/dashboard");
  await openUserMenu(page);
  expect(await violations(page)).toEqual([]);
});
