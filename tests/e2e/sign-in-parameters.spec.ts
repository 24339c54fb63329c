import { randomBytes } from "node:crypto";
import { acme } from "../../packages/logto-stand-in/src/seed";
import { expect, test } from "./fixtures";
import { addPerson } from "./people";
import { crossSite, csrfForm, expectSignInMessage, signIn, visit } from "./requests";
import { goToLogto, typeCredentials, userMenuButton } from "./steps";

const profile = "/profile?tab=4";
const callbackUrl = encodeURIComponent(profile);

test("a button opens the social provider in place of Logto's first page", async ({
  page,
  stage,
}) => {
  await page.goto(profile);
  await page.getByRole("button", { name: "Continue with Google" }).click();
  await expect(page.getByRole("heading", { name: "Sign in with Google" })).toBeVisible();
  await page.getByRole("button", { name: "Bob Park" }).click();
  await expect(page).toHaveURL(stage.url + profile);
  await expect(userMenuButton(page, "Bob Park")).toBeVisible();
});

test("the page that was asked for survives a cancel, an interruption and a registration", async ({
  page,
  stage,
}) => {
  const states: string[] = [];
  page.on("request", (request) => {
    const { searchParams } = new URL(request.url());
    if (searchParams.has("redirect_uri")) states.push(searchParams.get("state") ?? "");
  });
  await page.goto(profile);
  await test.step("the user goes back from Logto", async () => {
    await goToLogto(page);
    await page.goBack();
    await expect(page).toHaveURL(`${stage.url}/sign-in?callbackUrl=${callbackUrl}`);
  });
  await test.step("the user cancels at the social provider, and then at Logto", async () => {
    await page.getByRole("button", { name: "Continue with GitHub" }).click();
    await page.getByRole("link", { name: "Cancel" }).click();
    await expect(page.getByLabel("Password")).toBeVisible();
    const query = new URLSearchParams({
      error: "access_denied",
      state: states.at(-1) ?? "",
      iss: stage.control.issuer,
    });
    await page.goto(`/api/auth/callback/logto?${query.toString()}`);
    await expect(page.getByText("Sign-in was not completed")).toBeVisible();
  });
  await test.step("Logto fails", async () => {
    await stage.control.inject({
      endpoint: "authorization",
      when: "before",
      kind: "status",
      times: 1,
    });
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.waitForURL(({ pathname }) => pathname.startsWith("/oidc/"));
    await page.goBack();
  });
  await test.step("the user registers", async () => {
    await page.getByRole("button", { name: "Create an account" }).click();
    await page
      .getByRole("textbox", { name: "Username" })
      .fill(`new_${randomBytes(6).toString("hex")}`);
    await page.getByLabel("Password").fill("a password of 8 or more");
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page).toHaveURL(stage.url + profile);
  });
});

test("a link to the sign-in page fills in Logto's page, in its language and for its organization", async ({
  page,
  stage,
}) => {
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

test("a magic link signs in its user once, also in place of another user", async ({
  identity,
  page,
  stage,
}) => {
  const email = `mia-${randomBytes(6).toString("hex")}@example.com`;
  await addPerson(identity, { claims: { name: "Mia Magic", email } });
  const link = async (token: string) => {
    const query = new URLSearchParams({
      one_time_token: token,
      login_hint: email,
      callbackUrl: profile,
    });
    await page.goto(`/sign-in?${query.toString()}`);
    await page.getByRole("button", { name: `Sign in as ${email}` }).click();
  };
  const token = await identity.createOneTimeToken(email);
  await signIn(page, "carol");
  await link(token);
  await expect(page).toHaveURL(stage.url + profile);
  await expect(userMenuButton(page, "Mia Magic")).toBeVisible();

  for (const [used, reason] of [
    [token, "used already"],
    ["0".repeat(32), "no such token"],
    [await identity.createOneTimeToken("bob@example.com"), "another e-mail address"],
  ] as const) {
    await link(used);
    await expect(page.getByRole("heading", { name: "Invalid link" })).toBeVisible();
    await expect(page.getByText(reason)).toBeVisible();
  }
  await page.goto("/profile");
  await expect(userMenuButton(page, "Mia Magic")).toBeVisible();
});

test("what is not allowed gets a message, and is logged without its value", async ({
  context,
  stage,
}) => {
  const invalid = await visit(
    context,
    `/sign-in?direct_sign_in=hidden-1&callbackUrl=${callbackUrl}`,
  );
  expect(await expectSignInMessage(invalid, /not available/)).toContain(`value="${profile}"`);

  const form = { ...(await csrfForm(context)), callbackUrl: profile, scope: "hidden-2" };
  const posted = await context.request.post("/api/auth/signin/logto", { form });
  expect(await expectSignInMessage(posted, /not available/)).toContain(`value="${profile}"`);

  const headers = crossSite;
  const foreign = await context.request.post("/api/auth/signin/logto?login_hint=mallory", {
    headers,
  });
  await expectSignInMessage(foreign, /interrupted/);
  expect((await stage.control.requests()).byEndpoint.authorization).toBeUndefined();
  expect(stage.log()).toContain("not allowed: direct_sign_in");
  expect(stage.log()).toContain("not allowed: scope");
  expect(stage.log()).not.toContain("hidden-");
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a social button and a link work", async ({ page, stage }) => {
    await page.goto(
      `/sign-in?first_screen=register&login_hint=new@example.com&callbackUrl=${callbackUrl}`,
    );
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page.getByRole("textbox", { name: "E-mail" })).toHaveValue("new@example.com");
    await page.goto(profile);
    await page.getByRole("button", { name: "Continue with Google" }).click();
    await page.getByRole("button", { name: "Alice Kim" }).click();
    await expect(page).toHaveURL(stage.url + profile);
  });
});
