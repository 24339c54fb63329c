import type { Page } from "@playwright/test";
import { acme, apiResources, rolePermissions } from "../../packages/logto-stand-in/src/seed";
import { expect, test } from "./fixtures";
import { addPerson } from "./people";
import { signIn, signInByRequests } from "./requests";

const [shopping = "", store = ""] = apiResources.map(({ indicator }) => indicator);
const card = (page: Page, indicator: string) => page.getByRole("region", { name: indicator });
const permissions = (page: Page, indicator: string) => card(page, indicator).getByRole("listitem");

test("an admin sees their permissions for each API, and no access token", async ({ page }) => {
  await signIn(page, "alice", { to: "/api-access" });
  for (const { indicator } of apiResources) {
    await expect(card(page, indicator).locator("time")).toHaveCount(2);
    await expect(permissions(page, indicator)).toHaveText([
      ...(rolePermissions.admin?.[indicator] ?? []),
    ]);
  }
  await expect(page.getByRole("region")).toHaveCount(apiResources.length);
  // The fixture `noLeaks` searches what the browser receives for tokens: this, too, is the client
  // router's fetch of the page's React payload.
  const payload = await page.request.get("/api-access", { headers: { rsc: "1" } });
  expect(await payload.text()).toContain("Expires");
});

test("a permission granted after sign-in, by a role in any organization too, is added with one click, without a password", async ({
  identity,
  page,
}) => {
  const organizations = [{ id: acme.id, roles: ["admin"] }];
  const { username, id } = await addPerson(identity, { roles: ["viewer"] });
  await signIn(page, username, { to: "/api-access" });
  await expect(permissions(page, shopping)).toHaveText(["read"]);
  await expect(card(page, store)).toContainText("one of your roles had them then");

  await identity.changeUser(id, { roles: ["admin"], organizations });
  const pagesOfLogto: string[] = [];
  page.on("framenavigated", (frame) => {
    if (frame.url().startsWith(identity.endpoint)) pagesOfLogto.push(frame.url());
  });
  await page.getByRole("button", { name: "Sign in again to get new permissions" }).click();
  await expect(permissions(page, store)).toHaveText(["read", "delete"]);
  expect(pagesOfLogto).toEqual([]);

  await identity.changeUser(id, { roles: [], organizations });
  await page.reload();
  await expect(permissions(page, shopping)).toHaveText(["read", "write"]);
});

test("a failure shows in the card of its API only", async ({ identity, page }) => {
  await signInByRequests(page.context(), "alice");
  // Both attempts of the first exchange; the second API's exchange comes after it.
  const outage = { endpoint: "token", when: "before", kind: "status", status: 503 } as const;
  await identity.inject({ ...outage, times: 2 });
  await page.goto("/api-access");
  await expect(card(page, shopping).getByRole("alert")).toContainText("Logto does not respond");
  await expect(permissions(page, store)).toHaveText(["read", "delete"]);
});

test("without API resources, the page says how to add them", async ({ context, startOwn }) => {
  const { app } = await startOwn({ LOGTO_RESOURCES: "urn:logto:resource:organizations" });
  const landed = await signInByRequests(context, "alice", { origin: app.url, to: "/api-access" });
  expect(await landed.text()).toMatch(/No API resources.*LOGTO_RESOURCES/s);
});
