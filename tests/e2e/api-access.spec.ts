import type { Page } from "@playwright/test";
import { acme, apiResources, rolePermissions } from "../../packages/logto-stand-in/src/seed";
import { addPerson } from "./people";
import { expect, pagesOfLogto, signIn, signInByRequests, test } from "./stage";
import { startPair } from "./servers";

const [shopping = "", store = ""] = apiResources.map(({ indicator }) => indicator);
/** Headers of a page load, and of the client router's fetch of the page's React payload. */
const documentAndPayload: Record<string, string>[] = [{}, { rsc: "1" }];
const card = (page: Page, indicator: string) => page.getByRole("region", { name: indicator });
const permissions = (page: Page, indicator: string) => card(page, indicator).getByRole("listitem");

test("an admin sees for each API what they may do there, and the browser receives no access token", async ({
  page,
}) => {
  await signIn(page, "alice", { to: "/api-access" });
  for (const { indicator } of apiResources) {
    await expect(card(page, indicator).locator("time")).toHaveCount(2);
    await expect(permissions(page, indicator)).toHaveText([
      ...(rolePermissions.admin?.[indicator] ?? []),
    ]);
  }
  await expect(page.getByRole("region")).toHaveCount(apiResources.length);

  // The fixture `noLeaks` searches what the browser receives for tokens.
  for (const headers of documentAndPayload)
    expect(await (await page.request.get("/api-access", { headers })).text()).toContain("Expires");
});

test("a permission granted after sign-in, by a role in any organization too, is added with one click, without a password", async ({
  identity,
  page,
}) => {
  const organizations = [{ id: acme.id, roles: ["admin"] }];
  const { username, id } = await addPerson(identity, { roles: ["viewer"] });
  await signIn(page, username, { to: "/api-access" });
  await expect(permissions(page, shopping)).toHaveText([
    ...(rolePermissions.viewer?.[shopping] ?? []),
  ]);
  await expect(card(page, store)).toContainText("one of your roles had them then");

  await identity.changeUser(id, { roles: ["admin"], organizations });
  const pages = pagesOfLogto(page, identity);
  await page.getByRole("button", { name: "Sign in again to get new permissions" }).click();
  await expect(permissions(page, store)).toHaveText(["read", "delete"]);
  expect(pages).toEqual([]);

  await identity.changeUser(id, { roles: [], organizations });
  await page.reload();
  await expect(permissions(page, shopping)).toHaveText(["read", "write"]);
});

test("a failure shows in the card of its API only", async ({ identity, page }) => {
  await signInByRequests(page.context(), "alice");
  // Both attempts of the first exchange; the second API's exchange comes after it.
  await identity.inject({
    endpoint: "token",
    when: "before",
    kind: "status",
    status: 503,
    times: 2,
  });
  await page.goto("/api-access");
  await expect(card(page, shopping).getByRole("alert")).toContainText("Logto does not respond");
  await expect(permissions(page, store)).toHaveText(["read", "delete"]);
});

test("without API resources, the page says how to configure them", async ({ context }) => {
  const { app, stop } = await startPair({ LOGTO_RESOURCES: "urn:logto:resource:organizations" });
  try {
    const landed = await signInByRequests(context, "alice", { origin: app.url, to: "/api-access" });
    expect(await landed.text()).toMatch(/No API resources.*LOGTO_RESOURCES/s);
  } finally {
    await stop();
  }
});
