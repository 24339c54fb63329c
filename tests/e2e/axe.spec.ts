import { expect, test } from "./fixtures";
import { everyPage, flaws, open, violations } from "./pages";
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

test("signed out, axe and the console report nothing, and pages fit a phone", async ({ page }) => {
  expect(await flaws(page, signedOut)).toEqual([]);
});

test.describe("signed in", () => {
  test.use({ person: "alice" });

  test("signed in, axe and the console report nothing, and pages fit a phone", async ({ page }) => {
    test.setTimeout(120_000);
    // The first redirects to another page, the second is the same signed out.
    const skipped = ["/sign-in", "/refused"];
    const paths = [...everyPage(), ...failing].filter((path) => !skipped.includes(path));
    expect(await flaws(page, paths)).toEqual([]);

    await page.setViewportSize({ width: 390, height: 844 });
    await open(page, "/dashboard");
    await openUserMenu(page);
    expect(await violations(page), "the open user menu on a phone").toEqual([]);
  });
});
