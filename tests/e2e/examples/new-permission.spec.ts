import { expect, test } from "../fixtures";
import { addPerson } from "../people";
import { signInByRequests } from "../requests";

const button = "Sign in again to get new permissions";

test("a client component and an action offer the same when the user is not allowed", async ({
  page,
  stage,
}) => {
  const { username, id } = await addPerson(stage.control, { roles: ["viewer"] });
  await signInByRequests(page.context(), username);
  await test.step("a client component", async () => {
    await page.goto("/examples/client");
    await expect(page.getByRole("heading", { name: `Signed in as ${username}` })).toBeVisible();
    await expect(page.getByRole("alert").getByText("You don't have access to this")).toBeVisible();
    const write = page.getByText("write", { exact: true });
    await expect(write).toHaveCount(0);
    await stage.control.changeUser(id, { roles: ["editor"] });
    await page.getByRole("button", { name: button }).click();
    await expect(write).toBeVisible();
    await expect(page).toHaveURL("/examples/client");
  });
  await test.step("an action", async () => {
    await page.goto("/examples/action");
    await page.getByLabel("New note").fill("mine");
    await page.getByRole("button", { name: "Save the note" }).click();
    await stage.control.changeUser(id, { roles: ["admin"] });
    const deletion = page.getByRole("button", { name: "Delete the note" });
    await deletion.click();
    await page.getByRole("button", { name: button }).click();
    await expect(page.getByRole("button", { name: button })).toHaveCount(0);
    await deletion.click();
    await expect(page.getByText("No note")).toBeVisible();
  });
});
