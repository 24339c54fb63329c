import { acme, globex } from "../../packages/logto-stand-in/src/seed";
import { expect, test } from "./fixtures";
import { signIn, signInByRequests, visit } from "./requests";
import { hydrated } from "./steps";

test("lists the user's organizations with their roles, by id while userinfo fails, and links each to its page", async ({
  identity,
  page,
}) => {
  const byId = [`${acme.id}admin`, `${globex.id}member`];
  await identity.inject({ endpoint: "userinfo", when: "before", kind: "status" });
  await signIn(page, "alice");
  const onDashboard = page.getByRole("region", { name: "Organizations" }).getByRole("listitem");
  await expect(onDashboard).toHaveText(byId);

  await page.goto("/organizations");
  const main = page.getByRole("main");
  await expect(main.getByRole("alert")).toContainText("could not be loaded");
  await expect(main.getByRole("listitem")).toHaveText(byId);
  await identity.clearFaults();
  await main.getByRole("link", { name: "Try again" }).click();
  await expect(main.getByRole("listitem")).toHaveText([
    `Acme${acme.description ?? ""}admin`,
    `Globex${globex.description ?? ""}member`,
  ]);
  await main.getByRole("listitem").first().click();
  await expect(page).toHaveURL(`/organizations/${acme.id}`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Acme");
});

test("tells a user without organizations that there are none", async ({ context }) => {
  await signInByRequests(context, "carol");
  for (const path of ["/dashboard", "/organizations"])
    expect(await (await visit(context, path)).text(), path).toContain("No organizations");
});

test("an organization's page shows the permissions of the user's roles there, never the token, and links to the other organizations", async ({
  page,
}) => {
  const token = page.getByRole("region", { name: "Organization token" });
  await signIn(page, "alice", { to: `/organizations/${acme.id}` });
  await expect(token).toContainText(`urn:logto:organization:${acme.id}`);
  await expect(token.getByRole("listitem")).toHaveText([
    "invite:member",
    "remove:member",
    "read:report",
  ]);
  const [issuedAt = 0, expiresAt = 0] = await token
    .locator("time")
    .evaluateAll((times) => times.map((time) => Date.parse(time.getAttribute("datetime") ?? "")));
  expect(expiresAt - issuedAt).toBe(3_600_000);
  // The fixture `noLeaks` searches what the browser receives for tokens: this, too, is the client
  // router's fetch of the page's React payload.
  const payload = await page.request.get(`/organizations/${acme.id}`, { headers: { rsc: "1" } });
  expect(await payload.text()).toContain("read:report");

  // The keyboard test of the user menu has the rest of menus.
  await hydrated(page);
  const menu = page.getByRole("navigation", { name: "Your organizations" });
  await page.getByRole("button", { name: "Switch organization" }).click();
  const current = menu.getByRole("link", { name: acme.name });
  await expect(current).toHaveAttribute("aria-current", "page");
  await menu.getByRole("link", { name: globex.name }).click();
  await expect(page).toHaveURL(`/organizations/${globex.id}`);
  await expect(token.getByRole("listitem")).toHaveText(["read:report"]);
});
