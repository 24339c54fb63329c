import { randomBytes } from "node:crypto";
import type { Page } from "@playwright/test";
import type { StandInControl } from "../../packages/logto-stand-in/src/testing";
import { expect, test } from "./stage";
import { goToLogto, userMenuButton } from "./steps";

/** Goes from the app's sign-in page, which has to be open, to Logto's page for the code. */
async function requestCode(page: Page, address: string): Promise<void> {
  await goToLogto(page);
  await page.getByRole("link", { name: "Continue with an e-mail code" }).click();
  await page.getByLabel("E-mail address").fill(address);
  await page.getByRole("button", { name: "Send me a code" }).click();
  await expect(page.getByRole("heading", { name: "Enter the code" })).toBeVisible();
}

/** The code of the newest mail to an address. */
async function codeFor(identity: StandInControl, address: string): Promise<string> {
  const mail = (await identity.mails()).findLast(({ to }) => to === address);
  return /^\d{6}$/m.exec(mail?.text ?? "")?.[0] ?? "";
}

async function typeCode(page: Page, code: string): Promise<void> {
  await page.getByRole("textbox", { name: "Code" }).fill(code);
  await page.getByRole("button", { name: "Continue" }).click();
}

test("a visitor without an account can create one with a code sent by e-mail, and later sign in with another code", async ({
  app,
  context,
  identity,
  page,
}) => {
  const address = `guest-${randomBytes(6).toString("hex")}@example.net`;
  await page.goto("/profile");
  await requestCode(page, address);
  const code = await codeFor(identity, address);
  await typeCode(page, code === "000000" ? "111111" : "000000");
  await expect(page.getByRole("alert")).toContainText("The code is wrong.");
  await typeCode(page, code);
  await expect(page.getByRole("heading", { name: "Create an account?" })).toBeVisible();
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page).toHaveURL(`${app.url}/profile`);
  await expect(userMenuButton(page, address)).toBeVisible();

  await context.clearCookies();
  await page.goto("/profile?from=mail");
  await requestCode(page, address.toUpperCase());
  await typeCode(page, await codeFor(identity, address.toUpperCase()));
  await expect(page).toHaveURL(`${app.url}/profile?from=mail`);
  await expect(userMenuButton(page, address)).toBeVisible();
});
