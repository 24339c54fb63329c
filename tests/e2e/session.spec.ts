import { acme, globex, seedPeople } from "../../packages/logto-stand-in/src/seed";
import { expect, test } from "./fixtures";
import { sessionCookies, writtenSessionCookies } from "./session-cookie";

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

/** Headers of a page load, and of the client router's fetch of the page's React payload. */
const documentAndPayload: Record<string, string>[] = [{}, { rsc: "1" }];

test.use({ person: "alice" });

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

test("no response to a browser or its router writes the unchanged session cookie or contains a token", async ({
  context,
  identity,
}) => {
  // The fixture `noLeaks` searches them for tokens.
  for (const headers of documentAndPayload)
    await Promise.all(
      paths.map(async (path) => {
        const response = await context.request.get(path, { headers, maxRedirects: 0 });
        expect(response.status(), path).toBeLessThan(400);
        expect(writtenSessionCookies(response), path).toEqual([]);
      }),
    );
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
  expect(await page.evaluate(() => document.cookie)).not.toContain("session-token");
  expect((cookie?.expires ?? 0) - Date.now() / 1000).toBeGreaterThan(6.9 * 24 * 60 * 60);
});
