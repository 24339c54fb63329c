import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures";
import { signInByRequests } from "../requests";
import { expireAccessToken } from "../session-cookie";

const example = "/examples/action";
const bob = "p7c4w1n6zr5b";
const deletion = (page: Page) => page.getByRole("button", { name: "Delete the note" });
const save = (page: Page) => page.getByRole("button", { name: "Save the note" });

async function saveNote(page: Page, note: string): Promise<void> {
  await page.getByLabel("New note").fill(note);
  await save(page).click();
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled });

    test("a signed-in user can save the note, only an admin can delete it, and after the session ended a form opens the sign-in page", async ({
      context,
      page,
      stage,
    }) => {
      await signInByRequests(context, "bob");
      await page.goto(example);
      await saveNote(page, "Buy milk");
      await expect(page.getByText("Buy milk")).toBeVisible();
      await deletion(page).click();
      const alert = page.getByRole("alert").getByText("You don't have access to this");
      await expect(alert).toBeVisible();
      await page.reload();
      await expect(page.getByText("Buy milk")).toBeVisible();

      await test.step("the request that renews sees a role that was added since", async () => {
        await stage.control.changeUser(bob, { roles: ["admin"] });
        await expireAccessToken(context, stage);
        await stage.control.forgetRequests();
        await deletion(page).click();
        await expect(page.getByText("No note")).toBeVisible();
        expect((await stage.control.requests()).byGrant.refresh_token).toBe(1);
      });

      await test.step("after the session ended", async () => {
        await context.clearCookies();
        await saveNote(page, "Buy milk");
        await page.waitForURL((url) => url.pathname === "/sign-in");
        expect(new URL(page.url()).searchParams.get("callbackUrl")).toBe(example);
        expect(await context.cookies(stage.url + example)).toEqual([]);
      });
    });
  });
}

test("a form's button is disabled while the form is being sent, and an action of an older build says that the site was updated", async ({
  context,
  page,
}) => {
  await signInByRequests(context, "bob");
  await page.goto(example);
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(`**${example}`, async (route) => {
    await held;
    await route.continue();
  });
  await saveNote(page, "Buy milk");
  await expect(save(page)).toHaveAttribute("aria-disabled", "true");
  release();
  await expect(page.getByText("Buy milk")).toBeVisible();
  await expect(save(page)).toHaveAttribute("aria-disabled", "false");

  await page.unrouteAll();
  await page.route(`**${example}`, async (route) => {
    const headers = route.request().headers();
    await route.continue(
      "next-action" in headers ? { headers: { ...headers, "next-action": "0".repeat(42) } } : {},
    );
  });
  await saveNote(page, "Buy bread");
  await expect(page.getByRole("heading", { name: "This site was updated" })).toBeVisible();
  await expect(page.getByLabel("New note")).toHaveValue("");
});
