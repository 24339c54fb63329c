import { randomBytes } from "node:crypto";
import { expect, test } from "./fixtures";
import { goToLogto, userMenuButton } from "./steps";

test("a visitor without an account can create one with a code sent by e-mail, and later sign in with another code", async ({
  context,
  identity,
  page,
}) => {
  const address = `guest-${randomBytes(6).toString("hex")}@example.net`;
  /** Goes from the app's sign-in page to Logto, and enters the code of the newest mail. */
  const enterCode = async () => {
    await goToLogto(page);
    await page.getByRole("link", { name: "Continue with an e-mail code" }).click();
    await page.getByLabel("E-mail address").fill(address);
    await page.getByRole("button", { name: "Send me a code" }).click();
    await expect(page.getByRole("heading", { name: "Enter the code" })).toBeVisible();
    const mail = (await identity.mails()).findLast(({ to }) => to === address);
    const [code = ""] = /^\d{6}$/m.exec(mail?.text ?? "") ?? [];
    await page.getByRole("textbox", { name: "Code" }).fill(code);
    await page.getByRole("button", { name: "Continue" }).click();
  };
  await page.goto("/profile");
  await enterCode();
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page).toHaveURL("/profile");
  await expect(userMenuButton(page, address)).toBeVisible();

  await context.clearCookies();
  await page.goto("/profile?from=mail");
  await enterCode();
  await expect(page).toHaveURL("/profile?from=mail");
  await expect(userMenuButton(page, address)).toBeVisible();
});
