import { expireAccessToken } from "../session-cookie";
import { expect, signIn, signInByRequests, test } from "../stage";

const example = "/examples/action";
const bob = "p7c4w1n6zr5b";

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled });

    test("a signed-in user can save the note, and only an admin can delete it", async ({
      context,
      page,
    }) => {
      await signInByRequests(context, "bob");
      await page.goto(example);
      await page.getByLabel("New note").fill("Buy milk");
      await page.getByRole("button", { name: "Save the note" }).click();
      await expect(page.getByText("Buy milk")).toBeVisible();
      await page.getByRole("button", { name: "Delete the note" }).click();
      await expect(
        page.getByRole("alert").getByText("You don't have access to this"),
      ).toBeVisible();
      await page.reload();
      await expect(page.getByText("Buy milk")).toBeVisible();

      await context.clearCookies({ name: /^(?!example)/ });
      await signInByRequests(context, "alice");
      await page.goto(example);
      await page.getByRole("button", { name: "Delete the note" }).click();
      await expect(page.getByText("No note")).toBeVisible();
    });

    test("the action of the request that renews sees a role that was added since", async ({
      context,
      page,
      stage,
    }) => {
      await signIn(page, "bob", { to: example });
      await page.getByLabel("New note").fill("Buy milk");
      await page.getByRole("button", { name: "Save the note" }).click();
      await expect(page.getByText("Buy milk")).toBeVisible();
      await stage.control.changeUser(bob, { roles: ["admin"] });
      await expireAccessToken(context, stage);
      await stage.control.forgetRequests();
      await page.getByRole("button", { name: "Delete the note" }).click();
      await expect(page.getByText("No note")).toBeVisible();
      expect((await stage.control.requests()).byGrant.refresh_token).toBe(1);
    });

    test("a form that is sent after the session ended saves nothing and opens the sign-in page", async ({
      context,
      page,
      stage,
    }) => {
      await signInByRequests(context, "bob");
      await page.goto(example);
      await context.clearCookies();
      await page.getByLabel("New note").fill("Buy milk");
      await page.getByRole("button", { name: "Save the note" }).click();
      await page.waitForURL((url) => url.pathname === "/sign-in");
      expect(new URL(page.url()).searchParams.get("callbackUrl")).toBe(example);
      expect(await context.cookies(stage.url + example)).toEqual([]);
    });
  });
}

test("a form's button is disabled while the form is being sent", async ({ context, page }) => {
  await signInByRequests(context, "bob");
  await page.goto(example);
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(`**${example}`, async (route) => {
    await held;
    await route.continue();
  });
  await page.getByLabel("New note").fill("Buy milk");
  const save = page.getByRole("button", { name: "Save the note" });
  await save.click();
  await expect(save).toHaveAttribute("aria-disabled", "true");
  release();
  await expect(page.getByText("Buy milk")).toBeVisible();
  await expect(save).toHaveAttribute("aria-disabled", "false");
});

test("an action of an older build says that the site was updated, and reloads the page", async ({
  page,
}) => {
  await signIn(page, "alice", { to: example });
  await page.route("**", async (route) => {
    const headers = route.request().headers();
    await route.continue(
      "next-action" in headers ? { headers: { ...headers, "next-action": "0".repeat(42) } } : {},
    );
  });
  await page.getByLabel("New note").fill("Buy milk");
  await page.getByRole("button", { name: "Save the note" }).click();
  await expect(page.getByRole("heading", { name: "This site was updated" })).toBeVisible();
  await expect(page.getByLabel("New note")).toHaveValue("");
});
