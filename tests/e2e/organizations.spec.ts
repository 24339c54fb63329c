import { acme, globex, seedPeople } from "../../dev/identity/seed";
import { expect, signIn, signInByRequests, test, visit } from "./stage";

const [alice] = seedPeople;
const roles = { [acme.id]: "admin", [globex.id]: "member" };

/**
 * Request headers of a browser that loads a page, and of the router that fetches its React payload.
 */
const documentAndPayload: Record<string, string>[] = [{}, { rsc: "1" }];

test("lists the user's organizations with their roles, each a link to its page", async ({
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

test("says so to whoever is a member of none", async ({ page }) => {
  await signIn(page, "carol", { to: "/organizations" });
  await expect(page.getByText("No organizations")).toBeVisible();
});

test("an organization's page shows what its token grants and never the token", async ({
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

test("permissions differ by the roles in each organization", async ({ page }) => {
  await signIn(page, "alice", { to: `/organizations/${globex.id}` });
  const token = page.getByRole("region", { name: "Organization token" });
  await expect(token.getByRole("listitem")).toHaveText(["read:report"]);
});

for (const [kind, id] of [
  ["another's", globex.id],
  ["an unknown", "nosuchid0000"],
] as const) {
  test(`${kind} organization is not allowed, and its name is not told`, async ({ context }) => {
    await signInByRequests(context, "bob");
    const page = await (await visit(context, `/organizations/${id}`)).text();
    expect(page).toMatch(/<h1[^>]*>You don&#x27;t have access to this page/);
    expect(page).toMatch(/<meta name="robots" content="noindex/);
    expect(page).not.toContain(globex.name);
  });
}

test("a made-up organization costs no token, however often it is asked for", async ({
  context,
  identity,
}) => {
  await signInByRequests(context, "bob");
  await identity.forgetRequests();
  const made = [
    "nosuchid0000",
    "nosuchid0001",
    globex.id,
    `${acme.id}0`,
    "__proto__",
    "%2e%2e%2fadmin",
  ];
  for (const id of made) {
    expect(await (await visit(context, `/organizations/${id}`)).text()).toContain(
      "You don&#x27;t have access",
    );
  }
  const { token, userinfo } = (await identity.requests()).byEndpoint;
  expect(token).toBeUndefined();
  expect(userinfo).toBeLessThanOrEqual(made.length);
});

test("while nobody can tell whether somebody is a member, nobody is refused", async ({
  identity,
  page,
}) => {
  await signIn(page, "bob");
  await identity.inject({ endpoint: "userinfo", when: "before", kind: "status", status: 503 });
  await page.goto("/organizations/nosuchid0000");
  await expect(page.getByRole("main")).toContainText("Logto does not answer");
});

test("while userinfo fails, organizations are listed by their ids", async ({ identity, page }) => {
  await identity.inject({ endpoint: "userinfo", when: "before", kind: "status" });
  await signIn(page, "alice", { to: "/organizations" });
  const main = page.getByRole("main");
  await expect(main.getByRole("alert")).toContainText("could not be loaded");
  await expect(main.getByRole("listitem")).toHaveText([`${acme.id}admin`, `${globex.id}member`]);

  await identity.clearFaults();
  await main.getByRole("link", { name: "Try again" }).click();
  await expect(main.getByRole("link", { name: "Acme" })).toBeVisible();
});

test("while Logto gives no token, the page says so and can be tried again", async ({
  identity,
  page,
}) => {
  await signIn(page, "bob");
  await identity.inject({ endpoint: "token", when: "before", kind: "status", status: 503 });
  await page.goto(`/organizations/${acme.id}`);
  await expect(page.getByRole("main")).toContainText("Logto does not answer");

  await identity.clearFaults();
  // Logto is asked again after a pause, so one try may come too early.
  await expect(async () => {
    await page.getByRole("link", { name: "Try again" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Acme", { timeout: 1_000 });
  }).toPass();
});

test("whoever joined an organization since signing in is let in", async ({ identity, page }) => {
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
