import { acme, globex, seedPeople } from "../../packages/logto-stand-in/src/seed";
import { writtenSessionCookies } from "./session-cookie";
import { expect, test } from "./signed-in";
import { sessionCookies } from "./steps";

const [alice] = seedPeople;
const paths = [
  "/",
  "/dashboard",
  "/profile",
  "/sign-in",
  "/api/auth/session",
  "/api/auth/check",
  "/api/auth/csrf",
];

test("/api/auth/session returns claims of the user and nothing else", async ({
  context,
  identity,
}) => {
  const response = await context.request.get("/api/auth/session");
  expect(await response.json()).toEqual({
    user: {
      id: alice?.id,
      name: "Alice Kim",
      username: "alice",
      email: "alice@example.com",
      emailVerified: true,
      image: `${identity.endpoint}/avatars/alice.svg`,
      roles: ["admin"],
      organizations: [acme.id, globex.id],
      organizationRoles: [`${acme.id}:admin`, `${globex.id}:member`],
    },
    expires: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
  });
});

for (const [reader, headers] of [
  ["a browser", {}],
  ["the router", { rsc: "1" }],
] as const)
  test(`no response to ${reader} contains a token or writes the unchanged session cookie`, async ({
    context,
    identity,
  }) => {
    const responses = await Promise.all(
      paths.map((path) => context.request.get(path, { headers, maxRedirects: 0 })),
    );
    const issued = await identity.issued();
    expect(issued.length).toBeGreaterThan(0);
    for (const response of responses) {
      expect(response.status(), response.url()).toBeLessThan(400);
      const content = (await response.text()) + JSON.stringify(response.headersArray());
      const found = issued.filter(({ value }) => content.includes(value));
      expect(
        found.map(({ kind }) => kind),
        response.url(),
      ).toEqual([]);
      expect(writtenSessionCookies(response), response.url()).toEqual([]);
    }
    expect((await identity.requests()).byGrant.refresh_token).toBeUndefined();
  });

test("the session is one cookie that browsers accept, that scripts can't read and that lasts seven days", async ({
  context,
  page,
}) => {
  await page.goto("/");
  const [cookie, ...chunks] = await sessionCookies(context);
  expect(chunks).toEqual([]);
  expect(cookie).toMatchObject({
    name: "authjs.session-token",
    httpOnly: true,
    sameSite: "Lax",
    path: "/",
    domain: "localhost",
  });
  const { name = "", value = "", expires = 0 } = cookie ?? {};
  expect(name.length + value.length).toBeLessThan(4096);
  expect(await page.evaluate(() => document.cookie)).not.toContain("session-token");
  const days = (expires - Date.now() / 1000) / (24 * 60 * 60);
  expect(days).toBeGreaterThan(6.9);
  expect(days).toBeLessThanOrEqual(7);
});
