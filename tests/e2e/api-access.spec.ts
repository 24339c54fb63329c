import type { Page } from "@playwright/test";
import { acme, apiResources, rolePermissions } from "../../packages/logto-stand-in/src/seed";
import { addPerson } from "./people";
import { expect, pagesOfLogto, signIn, signInByRequests, test } from "./stage";
import { startPair } from "./servers";

const card = (page: Page, indicator: string) => page.getByRole("region", { name: indicator });

/**
 * Request headers of a page load, and of the client router's fetch of the page's React payload.
 */
const documentAndPayload: Record<string, string>[] = [{}, { rsc: "1" }];

for (const { person, role } of [
  { person: "alice", role: "admin" },
  { person: "carol", role: "viewer" },
]) {
  test(`${person} sees for each API what a ${role} may do there`, async ({ page }) => {
    await signIn(page, person, { to: "/api-access" });
    for (const { indicator } of apiResources) {
      const granted = rolePermissions[role]?.[indicator] ?? [];
      await expect(card(page, indicator).locator("time")).toHaveCount(2);
      await expect(card(page, indicator).getByRole("listitem")).toHaveText([...granted]);
    }
    await expect(page.getByRole("region")).toHaveCount(apiResources.length);
  });
}

test("a permission granted after sign-in is added with one click, without a password", async ({
  identity,
  page,
}) => {
  const { username, id } = await addPerson(identity, { roles: ["viewer"] });
  await signIn(page, username);
  await identity.changeUser(id, { roles: ["admin"] });
  await page.goto("/api-access");
  const [, store = ""] = apiResources.map(({ indicator }) => indicator);
  await expect(card(page, store)).toContainText("one of your roles had them then");

  const pages = pagesOfLogto(page, identity);
  await page.getByRole("button", { name: "Sign in again to get new permissions" }).click();
  await expect(card(page, store).getByRole("listitem")).toHaveText(["read", "delete"]);
  expect(pages).toEqual([]);
});

test("permissions of a role in any organization are granted for the API, too", async ({
  identity,
  page,
}) => {
  const organizations = [{ id: acme.id, roles: ["admin"] }];
  const { username } = await addPerson(identity, { organizations });
  await signIn(page, username, { to: "/api-access" });
  const [shopping = ""] = apiResources.map(({ indicator }) => indicator);
  await expect(card(page, shopping).getByRole("listitem")).toHaveText(["read", "write"]);
});

test("the browser receives no access token", async ({ identity, page }) => {
  await signIn(page, "alice", { to: "/api-access" });
  await expect(page.locator("time")).toHaveCount(2 * apiResources.length);
  const issued = await identity.issued();
  for (const headers of documentAndPayload) {
    const content = await (await page.request.get("/api-access", { headers })).text();
    expect(content).toContain("Expires");
    expect(issued.filter(({ value }) => content.includes(value))).toEqual([]);
  }
});

test("a failure shows in the card of its API only", async ({ identity, page }) => {
  const [failing, working] = apiResources.map(({ indicator }) => indicator);
  await signIn(page, "alice");
  // Both attempts of the first exchange; the second API's exchange comes after it.
  await identity.inject({
    endpoint: "token",
    when: "before",
    kind: "status",
    status: 503,
    times: 2,
  });
  await page.goto("/api-access");
  await expect(card(page, failing ?? "").getByRole("alert")).toContainText(
    "Logto does not respond",
  );
  await expect(card(page, working ?? "").getByRole("listitem")).toHaveText(["read", "delete"]);
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
