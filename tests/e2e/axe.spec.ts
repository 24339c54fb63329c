import { everyPage, flaws, open, violations } from "./pages";
import { expect, test } from "./signed-in";
import { openUserMenu } from "./steps";

const signedOut = [
  "/",
  "/sign-in?error=OAuthCallbackError&callbackUrl=%2Fprofile",
  "/sign-in?error=SessionEnded",
  "/sign-in?error=Configuration",
  "/refused",
  "/no-such-page",
];
const failing: string[] = [
  // Each shows an error.
  "/account?error=provider_unavailable",
  "/organizations/no-such-id",
];

for (const [who, pathsOf] of [
  ["signed out", () => signedOut],
  ["signed in", () => [...everyPage(), ...failing]],
] as const) {
  test.describe(who, () => {
    if (who === "signed out") test.use({ storageState: { cookies: [], origins: [] } });

    test(`axe and the console report nothing on any page, light and dark, and each fits a phone, ${who}`, async ({
      page,
    }) => {
      test.setTimeout(120_000);
      expect(await flaws(page, pathsOf())).toEqual([]);
    });
  });
}

test("axe reports nothing on the open user menu on a phone", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, "/dashboard");
  await openUserMenu(page);
  expect(await violations(page)).toEqual([]);
});
