import { complaints, open } from "./pages";
import { addPerson } from "./people";
import { expect, signInByRequests, test } from "./stage";
import { userMenuButton } from "./steps";

test("a user whose picture the policy does not allow gets initials, and the console stays clean", async ({
  page,
  stage,
}) => {
  const claims = { name: "Dana Lee", picture: "http://pictures.example/me.png" };
  const { username } = await addPerson(stage.control, { claims });
  const found = complaints(page);
  await signInByRequests(page.context(), username);
  for (const path of ["/dashboard", "/profile", "/"]) {
    await open(page, path);
    await expect(userMenuButton(page, "Dana Lee")).toContainText("DL");
    await expect(page.locator("img")).toHaveCount(0);
  }
  expect(found).toEqual([]);
});
