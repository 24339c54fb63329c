import type { BrowserContext } from "@playwright/test";
import { expect, type Stage, test } from "./fixtures";
import { addPerson } from "./people";
import { expectSignedOut, signInByRequests, signOutByRequest, visit } from "./requests";
import {
  expireAccessToken,
  readSession,
  sessionCookies,
  sessionValue,
  writtenSessionCookies,
} from "./session-cookie";

const name = "authjs.session-token";
const chunks = [`${name}.0`, `${name}.1`];

/** `count` organizations with two roles in each, which make a session large. */
const memberships = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    id: `organization${String(index).padStart(3, "0")}`,
    roles: ["admin", "billing-member"],
  }));

const names = async (context: BrowserContext) =>
  (await sessionCookies(context)).map((cookie) => cookie.name).sort();

async function signInAsMemberOf(context: BrowserContext, stage: Stage, count: number) {
  const person = await addPerson(stage.control, { organizations: memberships(count) });
  await signInByRequests(context, person.username);
  return person;
}

/** With and without a guard. */
const paths = [
  "/",
  "/sign-in",
  "/dashboard",
  "/profile",
  "/organizations",
  "/organizations/organization039",
  "/api-access",
  "/api/auth/check",
  "/api/token-info",
];

/** Every page can be opened, and none writes the cookies again. */
async function expectPages(context: BrowserContext): Promise<void> {
  await Promise.all(
    paths.map(async (path) => {
      const response = await visit(context, path);
      expect(response.status(), path).toBe(200);
      expect(writtenSessionCookies(response), path).toEqual([]);
    }),
  );
}

/** The session has every role, whatever its cookie contains. */
async function expectRoles(context: BrowserContext, id: string, length: number): Promise<void> {
  const session: unknown = await (await context.request.get("/api/auth/session")).json();
  expect(session).toMatchObject({ user: { id, organizationRoles: { length } } });
}

test("a user with two roles in each of 200 organizations signs in, and no page lacks them", async ({
  context,
  stage,
}) => {
  const { id } = await signInAsMemberOf(context, stage, 200);
  const expectComplete = async () => {
    expect((await sessionValue(context)).length).toBeLessThan(6 * 1024);
    expect((await readSession(context, stage)).omitted).toEqual(["organization_roles"]);
    await expectRoles(context, id, 400);
  };
  await expectComplete();

  // A session that this process did not write, as after a restart.
  await expireAccessToken(context, stage, 3_000);
  await expectPages(context);
  await expectComplete();

  await expireAccessToken(context, stage);
  expect(writtenSessionCookies(await visit(context, "/dashboard"))).toHaveLength(1);
  await expectComplete();
  expect(stage.log().match(/session too large for a cookie/g)).toHaveLength(1);
});

test("a session that grows, at a renewal or a sign-in, becomes chunks that every page reads, one cookie again when it shrinks, and leaves none when signed out", async ({
  context,
  stage,
}) => {
  const { id } = await signInAsMemberOf(context, stage, 1);
  const renewWith = async (count: number) => {
    await stage.control.changeUser(id, { organizations: memberships(count) });
    await expireAccessToken(context, stage);
    const response = await visit(context, "/dashboard", { maxRedirects: 0 });
    expect(response.status()).toBe(200);
    // Browsers accept no cookie of 4,096 bytes or more, attributes included.
    for (const line of writtenSessionCookies(response)) expect(line.length).toBeLessThan(4096);
  };
  expect(await names(context)).toEqual([name]);
  await renewWith(40);
  expect(await names(context), "chunks, and not the old cookie beside them").toEqual(chunks);
  await expectPages(context);
  await expectRoles(context, id, 80);
  await renewWith(1);
  expect(await names(context)).toEqual([name]);
  await expectRoles(context, id, 2);

  await stage.control.endSessions();
  const other = await signInAsMemberOf(context, stage, 40);
  expect(await names(context)).toEqual(chunks);
  await expectRoles(context, other.id, 80);
  await signOutByRequest(context);
  expect(await names(context)).toEqual([]);
  await expectSignedOut(context);
});
