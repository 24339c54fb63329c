import { acme, globex, seedPeople } from "../../packages/logto-stand-in/src/seed";
import { expect, signIn, signInByRequests, test, visit } from "./stage";

const [alice] = seedPeople;
const roles = { [acme.id]: "admin", [globex.id]: "member" };

/** Request headers of a page load, and of the client router's fetch of the RSC payload. */
const documentAndPayload: Record<string, string>[] = [{}, { rsc: "1" }];

test("lists the user's organizations with their roles, and links each to its page", async ({
  page,
}) => {
  await signIn(page, "alice", { to: "/organizations" });
  const rows = page.getByRole("main").getByRole("listitem");
  await expect(rows).toHaveText(
    [acme, globex].map(
      ({ id, name, description }) => `${name}${description ?? ""}${roles[id] ?? ""}`,
    ),
  );
  await rows.first().click();
  await expect(page).toHaveURL(`/organizations/${acme.id}`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Acme");
});

for (const [person, organizations] of [
  ["alice", [`${acme.id}admin`, `${globex.id}member`]],
  ["bob", [`${acme.id}member`]],
] as const) {
  test(`the dashboard lists the organizations of ${person}, by id`, async ({ page }) => {
    await signIn(page, person, { to: "/dashboard" });
    const region = page.getByRole("region", { name: "Organizations" });
    await expect(region.getByRole("listitem")).toHaveText([...organizations]);
  });
}

test("the dashboard tells a user without organizations that there are none", async ({ page }) => {
  await signIn(page, "carol", { to: "/dashboard" });
  await expect(page.getByRole("region", { name: "Organizations" })).toContainText(
    "No organizations",
  );
});

test("tells a user without organizations that there are none", async ({ page }) => {
  await signIn(page, "carol", { to: "/organizations" });
  await expect(page.getByText("No organizations")).toBeVisible();
});

test("an organization's page shows the permissions of its token and never the token", async ({
  identity,
  page,
}) => {
  await signIn(page, "alice", { to: `/organizations/${acme.id}` });
  const token = page.getByRole("region", { name: "Organization token" });
  await expect(token).toContainText(`urn:logto:organization:${acme.id}`);
  await expect(token.getByRole("listitem")).toHaveText([
    "invite:member",
    "remove:member",
    "read:report",
  ]);
  const [issuedAt, expiresAt] = await token
    .locator("time")
    .evaluateAll((times) => times.map((time) => Date.parse(time.getAttribute("datetime") ?? "")));
  expect((expiresAt ?? 0) - (issuedAt ?? 0)).toBe(3_600_000);

  const issued = (await identity.issued()).filter(({ sub }) => sub === alice?.id);
  for (const headers of documentAndPayload) {
    const content = await (await page.request.get(`/organizations/${acme.id}`, { headers })).text();
    expect(content).toContain("read:report");
    expect(issued.filter(({ value }) => content.includes(value))).toEqual([]);
  }
});

test("permissions depend on the user's roles in each organization", async ({ page }) => {
  await signIn(page, "alice", { to: `/organizations/${globex.id}` });
  const token = page.getByRole("region", { name: "Organization token" });
  await expect(token.getByRole("listitem")).toHaveText(["read:report"]);
});

for (const [kind, id] of [
  ["another user's", globex.id],
  ["an unknown", "nosuchid0000"],
] as const) {
  test(`${kind} organization is not allowed, and its name is not shown`, async ({ context }) => {
    await signInByRequests(context, "bob");
    const page = await (await visit(context, `/organizations/${id}`)).text();
    expect(page).toMatch(/<h1[^>]*>You don&#x27;t have access to this page/);
    expect(page).toMatch(/<meta name="robots" content="noindex/);
    expect(page).not.toContain(globex.name);
  });
}

test("an organization that the user is not a member of causes no token request", async ({
  context,
  identity,
}) => {
  await signInByRequests(context, "bob");
  await identity.forgetRequests();
  const ids = [
    "nosuchid0000",
    "nosuchid0001",
    globex.id,
    `${acme.id}0`,
    "__proto__",
    "%2e%2e%2fadmin",
  ];
  for (const id of ids) {
    expect(await (await visit(context, `/organizations/${id}`)).text()).toContain(
      "You don&#x27;t have access",
    );
  }
  const { token, userinfo } = (await identity.requests()).byEndpoint;
  expect(token).toBeUndefined();
  expect(userinfo).toBeLessThanOrEqual(ids.length);
});

test("while membership cannot be checked, the page shows an outage instead of missing access", async ({
  identity,
  page,
}) => {
  await signIn(page, "bob");
  await identity.inject({ endpoint: "userinfo", when: "before", kind: "status", status: 503 });
  await page.goto("/organizations/nosuchid0000");
  await expect(page.getByRole("main")).toContainText("Logto does not respond");
});

test("while userinfo fails, organizations are listed by id", async ({ identity, page }) => {
  await identity.inject({ endpoint: "userinfo", when: "before", kind: "status" });
  await signIn(page, "alice", { to: "/organizations" });
  const main = page.getByRole("main");
  await expect(main.getByRole("alert")).toContainText("could not be loaded");
  await expect(main.getByRole("listitem")).toHaveText([`${acme.id}admin`, `${globex.id}member`]);

  await identity.clearFaults();
  await main.getByRole("link", { name: "Try again" }).click();
  await expect(main.getByRole("link", { name: "Acme" })).toBeVisible();
});

test("while Logto issues no token, the page shows an error and can be retried", async ({
  identity,
  page,
}) => {
  await signIn(page, "bob");
  await identity.inject({ endpoint: "token", when: "before", kind: "status", status: 503 });
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
  await signIn(page, "bob");
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
