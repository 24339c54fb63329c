import type { APIResponse, BrowserContext } from "@playwright/test";
import { acme } from "../../packages/logto-stand-in/src/seed";
import { addPerson } from "./people";
import {
  expireAccessToken,
  readSession,
  sessionCookies,
  writtenSessionCookies,
} from "./session-cookie";
import {
  csrfForm,
  expect,
  expectSignedOut,
  signInByRequests,
  type Stage,
  test,
  visit,
} from "./stage";

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

/** Browsers accept no cookie of 4,096 bytes or more, attributes included. */
function expectToFit(response: APIResponse): void {
  for (const line of writtenSessionCookies(response)) expect(line.length).toBeLessThan(4096);
}

async function signInAsMemberOf(context: BrowserContext, stage: Stage, count: number) {
  const person = await addPerson(stage.control, { organizations: memberships(count) });
  await signInByRequests(context, person.username);
  return person;
}

/** The size of the session cookies that the browser sends with each request, in bytes. */
const sizeOf = async (context: BrowserContext) =>
  (await sessionCookies(context)).map(({ name, value }) => `${name}=${value}`).join("; ").length;

/** Every page can be opened, and none writes the cookies again. */
async function expectPages(context: BrowserContext): Promise<void> {
  const paths = [
    // With and without a guard.
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
    expect(await sizeOf(context)).toBeLessThan(6 * 1024);
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

test("a session that grows at a renewal becomes chunks that every page reads, and one cookie again when it shrinks", async ({
  context,
  stage,
}) => {
  const { id } = await signInAsMemberOf(context, stage, 1);
  expect(await names(context)).toEqual([name]);
  await stage.control.changeUser(id, { organizations: memberships(40) });
  const old = await expireAccessToken(context, stage);
  const grown = await visit(context, "/dashboard", { maxRedirects: 0 });
  expect(grown.status()).toBe(200);
  expectToFit(grown);
  expect(await names(context), "chunks, and not the old cookie beside them").toEqual(chunks);
  expect((await readSession(context, stage)).version).toBe(old.version + 1);
  await expectPages(context);
  await expectRoles(context, id, 80);

  await stage.control.changeUser(id, { organizations: [{ id: acme.id, roles: ["member"] }] });
  await expireAccessToken(context, stage);
  expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
  expect(await names(context)).toEqual([name]);
  expect(await (await context.request.get("/api/auth/check")).json()).toMatchObject({
    user: { organizations: [acme.id], organizationRoles: [`${acme.id}:member`] },
  });
});

test("a sign-in replaces chunks with one cookie and one cookie with chunks, and signing out removes every chunk", async ({
  context,
  stage,
}) => {
  for (const [count, expected] of [
    [40, chunks],
    [0, [name]],
    [40, chunks],
  ] as const) {
    await stage.control.endSessions();
    const { id } = await signInAsMemberOf(context, stage, count);
    expect(await names(context)).toEqual(expected);
    expect((await readSession(context, stage)).subject).toBe(id);
  }
  const form = await csrfForm(context);
  await context.request.post("/api/auth/signout", { form, maxRedirects: 0 });
  expect(await names(context)).toEqual([]);
  await expectSignedOut(context);
});
