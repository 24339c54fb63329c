import type { Page } from "@playwright/test";
import { acme, globex } from "../../packages/logto-stand-in/src/seed";
import { expect, signIn, signInByRequests, test, visit } from "./stage";

const roles = { [acme.id]: "admin", [globex.id]: "member" };
const byId = [`${acme.id}admin`, `${globex.id}member`];
const token = (page: Page) => page.getByRole("region", { name: "Organization token" });

/** Request headers of a page load, and of the client router's fetch of the RSC payload. */
const documentAndPayload: Record<string, string>[] = [{}, { rsc: "1" }];

test("lists the user's organizations with their roles, by id while userinfo fails, and links each to its page", async ({
  identity,
  page,
}) => {
  await identity.inject({ endpoint: "userinfo", when: "before", kind: "status" });
  await signIn(page, "alice", { to: "/dashboard" });
  const onDashboard = page.getByRole("region", { name: "Organizations" }).getByRole("listitem");
  await expect(onDashboard).toHaveText(byId);

  await page.goto("/organizations");
  const main = page.getByRole("main");
  await expect(main.getByRole("alert")).toContainText("could not be loaded");
  await expect(main.getByRole("listitem")).toHaveText(byId);
  await identity.clearFaults();
  await main.getByRole("link", { name: "Try again" }).click();
  await expect(main.getByRole("listitem")).toHaveText(
    [acme, globex].map(
      ({ id, name, description }) => `${name}${description ?? ""}${roles[id] ?? ""}`,
    ),
  );
  await main.getByRole("listitem").first().click();
  await expect(page).toHaveURL(`/organizations/${acme.id}`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Acme");
});

test("tells a user without organizations that there are none", async ({ context }) => {
  await signInByRequests(context, "carol");
  for (const path of ["/dashboard", "/organizations"])
    expect(await (await visit(context, path)).text(), path).toContain("No organizations");
});

test("an organization's page shows the permissions of the user's roles there, and never the token", async ({
  page,
}) => {
  await signIn(page, "alice", { to: `/organizations/${acme.id}` });
  await expect(token(page)).toContainText(`urn:logto:organization:${acme.id}`);
  await expect(token(page).getByRole("listitem")).toHaveText([
    "invite:member",
    "remove:member",
    "read:report",
  ]);
  const [issuedAt, expiresAt] = await token(page)
    .locator("time")
    .evaluateAll((times) => times.map((time) => Date.parse(time.getAttribute("datetime") ?? "")));
  expect((expiresAt ?? 0) - (issuedAt ?? 0)).toBe(3_600_000);

  // The fixture `noLeaks` searches what the browser receives for tokens.
  const path = `/organizations/${acme.id}`;
  for (const headers of documentAndPayload)
    expect(await (await page.request.get(path, { headers })).text()).toContain("read:report");

  await page.goto(`/organizations/${globex.id}`);
  await expect(token(page).getByRole("listitem")).toHaveText(["read:report"]);
});

test("an organization that the user is not a member of is not allowed, shows no name and causes no token request", async ({
  context,
  identity,
}) => {
  await signInByRequests(context, "bob");
  await identity.forgetRequests();
  const ids = ["nosuchid0000", globex.id, `${acme.id}0`, "__proto__", "%2e%2e%2fadmin"];
  for (const id of ids) {
    const page = await (await visit(context, `/organizations/${id}`)).text();
    expect(page, id).toMatch(/<h1[^>]*>You don&#x27;t have access to this page/);
    expect(page, id).toMatch(/<meta name="robots" content="noindex/);
    expect(page, id).not.toContain(globex.name);
  }
  const { token: tokenRequests, userinfo } = (await identity.requests()).byEndpoint;
  expect(tokenRequests).toBeUndefined();
  expect(userinfo).toBeLessThanOrEqual(ids.length);
});

test("while Logto fails, pages show an outage instead of missing access, and can be retried", async ({
  identity,
  page,
}) => {
  await signInByRequests(page.context(), "bob");
  const fail = (endpoint: "userinfo" | "token") =>
    identity.inject({ endpoint, when: "before", kind: "status", status: 503 });
  await fail("userinfo");
  const unknown = await visit(page.context(), "/organizations/nosuchid0000");
  expect(await unknown.text()).toContain("Logto does not respond");

  await identity.clearFaults();
  await fail("token");
  await page.goto(`/organizations/${acme.id}`);
  await expect(page.getByRole("main")).toContainText("Logto does not respond");
  await identity.clearFaults();
  // The app calls Logto again only after a pause, so one try may come too early.
  await expect(async () => {
    await page.getByRole("link", { name: "Try again" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Acme", { timeout: 1_000 });
  }).toPass();
});

test("a user who joined an organization after signing in has access to it", async ({
  identity,
  page,
}) => {
  await signInByRequests(page.context(), "bob");
  await identity.changeUser("bob", {
    organizations: [
      { id: acme.id, roles: ["member"] },
      { id: globex.id, roles: ["member"] },
    ],
  });
  await page.goto("/organizations");
  await page.getByRole("link", { name: "Globex" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Globex");
  await expect(page.getByRole("region", { name: "Your roles" })).toContainText("member");
});
