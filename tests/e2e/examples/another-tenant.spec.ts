import { expect, test } from "../fixtures";
import { signIn, visit } from "../requests";

test("without an API, the examples say what to configure", async ({ context, page, startOwn }) => {
  const { app } = await startOwn({ LOGTO_RESOURCES: "" });
  await signIn(page, "alice", { origin: app.url });
  const response = await visit(context, `${app.url}/api/examples/permission`);
  expect(response.status()).toBe(404);
  expect(await response.json()).toEqual({
    error: "api_not_configured",
    message: expect.stringContaining("LOGTO_RESOURCES"),
  });
  const shown = await (await visit(context, `${app.url}/examples/permission`)).text();
  expect(shown).toContain("No API is set up here");
  expect(shown).toMatch(/LOGTO_RESOURCES.*LOGTO_SCOPES/);
  expect(app.log()).not.toContain('"level":"error"');

  await page.goto(`${app.url}/examples/client`);
  await expect(page.getByRole("status").getByText("No API is set up here")).toBeVisible();
  await expect(page.getByRole("button", { name: "Try again" })).toHaveCount(0);
});
