import { randomBytes } from "node:crypto";
import { acme } from "../../packages/logto-stand-in/src/seed";
import { expect, test } from "./fixtures";
import { addPerson } from "./people";
import { signIn } from "./requests";
import { goToLogto, typeCredentials, userMenuButton } from "./steps";

const profile = "/profile?tab=4";
const callbackUrl = encodeURIComponent(profile);

test("a button opens the social provider, not Logto's first page", async ({ page, stage }) => {
  await page.goto(profile);
  await page.getByRole("button", { name: "Continue with Google" }).click();
  await expect(page.getByRole("heading", { name: "Sign in with Google" })).toBeVisible();
  await page.getByRole("button", { name: "Bob Park" }).click();
  await expect(page).toHaveURL(stage.url + profile);
  await expect(userMenuButton(page, "Bob Park")).toBeVisible();
});

test("the requested page survives an interruption and a cancel", async ({ page, stage }) => {
  await page.goto(profile);
  await test.step("the user goes back from Logto", async () => {
    await goToLogto(page);
    await page.goBack();
    await expect(page).toHaveURL(`${stage.url}/sign-in?callbackUrl=${callbackUrl}`);
  });
  await test.step("the user cancels at the social provider", async () => {
    await page.getByRole("button", { name: "Continue with GitHub" }).click();
    await page.getByRole("link", { name: "Cancel" }).click();
    await typeCredentials(page, "bob");
    await expect(page).toHaveURL(stage.url + profile);
  });
});

test("a link sets the name, language and organization of Logto's page", async ({ page, stage }) => {
  const query = new URLSearchParams({
    login_hint: "bob@example.com",
    ui_locales: "fr-CA fr",
    organization_id: acme.id,
    callbackUrl: profile,
    utm_source: "mail",
  });
  await page.goto(`/sign-in?${query.toString()}`);
  await goToLogto(page);
  await expect(page.locator("html")).toHaveAttribute("lang", "fr-CA");
  await expect(page.getByText("of Acme")).toBeVisible();
  await expect(page.getByLabel("Username or e-mail")).toHaveValue("bob@example.com");
  await typeCredentials(page, "bob@example.com");
  await expect(page).toHaveURL(stage.url + profile);
});

test("Logto's pages have the language of the app's page", async ({ page }) => {
  await page.goto("/sign-in");
  const language = (await page.locator("html").getAttribute("lang")) ?? "";
  const leaving = page.waitForRequest((request) => request.url().includes("/oidc/auth?"));
  await goToLogto(page);
  expect(new URL((await leaving).url()).searchParams.get("ui_locales")).toBe(language);
});

test("a magic link signs in its user in place of another", async ({ identity, page, stage }) => {
  const email = `mia-${randomBytes(6).toString("hex")}@example.com`;
  await addPerson(identity, { claims: { name: "Mia Magic", email } });
  const query = new URLSearchParams({
    one_time_token: await identity.createOneTimeToken(email),
    login_hint: email,
    callbackUrl: profile,
  });
  await signIn(page, "carol");
  await page.goto(`/sign-in?${query.toString()}`);
  await page.getByRole("button", { name: `Sign in as ${email}` }).click();
  await expect(page).toHaveURL(stage.url + profile);
  await expect(userMenuButton(page, "Mia Magic")).toBeVisible();
});
