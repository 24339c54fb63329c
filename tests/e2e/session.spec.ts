import { z } from "zod";
import { acme, globex, seedPeople } from "../../packages/logto-stand-in/src/seed";
import { expect, test } from "./signed-in";
import { sessionCookies } from "./steps";

const [alice] = seedPeople;
const readers: [string, Record<string, string>][] = [
  ["the response to a browser", {}],
  ["the response to the router", { rsc: "1" }],
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

for (const path of ["/", "/dashboard", "/profile", "/api/auth/session", "/api/auth/check"]) {
  test(`${path} does not write an unchanged session cookie`, async ({ context }) => {
    const response = await context.request.get(path);
    const written = response
      .headersArray()
      .filter(
        ({ name, value }) => name.toLowerCase() === "set-cookie" && value.includes("session-token"),
      );
    expect(written).toEqual([]);
  });

  for (const [kind, headers] of readers) {
    test(`${kind} for ${path} contains no token`, async ({ context, identity }) => {
      const response = await context.request.get(path, { headers });
      expect(response.status()).toBe(200);
      const content = (await response.text()) + JSON.stringify(response.headersArray());
      const issued = await identity.issued();
      expect(issued.length).toBeGreaterThan(0);
      expect(issued.filter(({ value }) => content.includes(value))).toEqual([]);
    });
  }
}

for (const { username } of seedPeople) {
  test.describe(username, () => {
    test.use({ person: username });

    test(`${username}'s session is one cookie that browsers accept and scripts can't read`, async ({
      context,
      page,
    }) => {
      await page.goto("/");
      const cookies = await sessionCookies(context);
      expect(cookies).toEqual([
        expect.objectContaining({
          name: "authjs.session-token",
          httpOnly: true,
          sameSite: "Lax",
          path: "/",
          domain: "localhost",
        }),
      ]);
      const [{ name, value }] = z
        .tuple([z.object({ name: z.string(), value: z.string() })])
        .parse(cookies);
      expect(name.length + value.length).toBeLessThan(4096);
      expect(await page.evaluate(() => document.cookie)).not.toContain("session-token");
    });
  });
}

test("the session cookie lasts seven days", async ({ context }) => {
  const [cookie] = await sessionCookies(context);
  const days = ((cookie?.expires ?? 0) - Date.now() / 1000) / (24 * 60 * 60);
  expect(days).toBeGreaterThan(6.9);
  expect(days).toBeLessThanOrEqual(7);
});
