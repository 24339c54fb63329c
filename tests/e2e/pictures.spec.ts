import { complaints, open } from "./pages";
import { addPerson } from "./people";
import { expect, signIn, test } from "./stage";
import { userMenuButton } from "./steps";

for (const picture of [
  "http://pictures.example/me.png",
  "blob:https://pictures.example/1",
  "ftp://pictures.example/me",
]) {
  test(`a user whose picture is at ${picture} gets initials, and the console stays clean`, async ({
    page,
    stage,
  }) => {
    const { username } = await addPerson(stage.control, { claims: { name: "Dana Lee", picture } });
    const found = complaints(page);
    await signIn(page, username);
    for (const path of ["/dashboard", "/profile", "/"]) {
      await open(page, path);
      await expect(userMenuButton(page, "Dana Lee")).toContainText("DL");
      await expect(page.locator("img")).toHaveCount(0);
    }
    expect(found).toEqual([]);
  });
}

test("a picture at the issuer is shown, although both are on plain http", async ({ page }) => {
  await signIn(page, "alice");
  await expect(userMenuButton(page, "Alice Kim").locator("img")).toBeVisible();
});
