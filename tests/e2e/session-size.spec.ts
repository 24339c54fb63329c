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

test("a user with two roles in each of 200 organizations signs in, and no page lacks them", async ({
  context,
  stage,
}) => {
  const { id } = await signInAsMemberOf(context, stage, 200);
  const omitted = ["organization_roles"];
  const paths = [
    // With and without a guard.
    "/",
    "/sign-in",
    "/dashboard",
    "/profile",
    "/organizations",
    "/organizations/organization199",
    "/api/auth/check",
    "/api/token-info",
  ];
  const expectComplete = async () => {
    expect(await sizeOf(context)).toBeLessThan(6 * 1024);
    expect((await readSession(context, stage)).omitted).toEqual(omitted);
    for (const path of paths) {
      const response = await visit(context, path);
      expect(response.status(), path).toBe(200);
    }
    const session: unknown = await (await context.request.get("/api/auth/session")).json();
    expect(session).toMatchObject({ user: { id, organizationRoles: { length: 400 } } });
  };
  await expectComplete();

  // A session that this process did not write, as after a restart.
  await expireAccessToken(context, stage, 3_000);
  await expectComplete();

  await expireAccessToken(context, stage);
  expect(writtenSessionCookies(await visit(context, "/dashboard"))).toHaveLength(1);
  await expectComplete();
  expect(stage.log().match(/session too large for a cookie/g)).toHaveLength(1);
});

test("a user with a long name and a long picture URL can sign in", async ({ context, stage }) => {
  const name = "Kim ".repeat(2_500).trim();
  const person = await addPerson(stage.control, {
    claims: { name, picture: `https://x.example/${"p".repeat(2_000)}` },
  });
  await signInByRequests(context, person.username);
  expect(await sizeOf(context)).toBeLessThan(6 * 1024);
  await expireAccessToken(context, stage, 3_000);
  const session: unknown = await (await context.request.get("/api/auth/session")).json();
  expect(session).toMatchObject({ user: { id: person.id, name } });
  expect((await visit(context, "/dashboard")).status()).toBe(200);
});

test("a user with roles in 40 organizations signs in, renews the session and uses every page", async ({
  context,
  stage,
}) => {
  const { id } = await signInAsMemberOf(context, stage, 40);
  expect(await names(context)).toEqual([`${name}.0`, `${name}.1`]);

  const old = await expireAccessToken(context, stage);
  const renewed = await visit(context, "/dashboard", { maxRedirects: 0 });
  expect(renewed.status()).toBe(200);
  expect(writtenSessionCookies(renewed)).toHaveLength(2);
  expectToFit(renewed);
  expect((await readSession(context, stage)).version).toBe(old.version + 1);

  const paths = [
    // With a guard.
    "/profile",
    "/organizations",
    "/organizations/organization039",
    "/api-access",
    "/api/auth/check",
  ];
  for (const path of paths) {
    const response = await visit(context, path, { maxRedirects: 0 });
    expect(response.status(), path).toBe(200);
    expect(writtenSessionCookies(response), path).toEqual([]);
  }
  const session: unknown = await (await context.request.get("/api/auth/session")).json();
  expect(session).toMatchObject({ user: { id, organizationRoles: { length: 80 } } });
});

test("a session that shrinks at a renewal leaves one cookie and no chunks of the old one", async ({
  context,
  stage,
}) => {
  const { id } = await signInAsMemberOf(context, stage, 40);
  expect(await names(context)).toEqual([`${name}.0`, `${name}.1`]);
  await stage.control.changeUser(id, { organizations: [{ id: acme.id, roles: ["member"] }] });
  await expireAccessToken(context, stage);

  const shrunk = await visit(context, "/dashboard", { maxRedirects: 0 });
  expect(shrunk.status()).toBe(200);
  expect(await names(context)).toEqual([name]);
  expect(await (await context.request.get("/api/auth/check")).json()).toMatchObject({
    user: { organizations: [acme.id], organizationRoles: [`${acme.id}:member`] },
  });
});

test("a session that grows at a renewal leaves its chunks without the old single cookie beside them", async ({
  context,
  stage,
}) => {
  const { id } = await signInAsMemberOf(context, stage, 1);
  expect(await names(context)).toEqual([name]);
  await stage.control.changeUser(id, { organizations: memberships(40) });
  await expireAccessToken(context, stage);

  const grown = await visit(context, "/dashboard", { maxRedirects: 0 });
  expect(grown.status()).toBe(200);
  expectToFit(grown);
  expect(await names(context)).toEqual([`${name}.0`, `${name}.1`]);
  expect((await context.request.get("/api/auth/check")).status()).toBe(200);
});

test("a sign-in that replaces a large session with a small one leaves no chunks", async ({
  context,
  stage,
}) => {
  await signInAsMemberOf(context, stage, 40);
  await stage.control.endSessions();
  const { id } = await signInAsMemberOf(context, stage, 0);
  expect(await names(context)).toEqual([name]);
  expect((await readSession(context, stage)).subject).toBe(id);
});

test("signing out removes every chunk", async ({ context, stage }) => {
  await signInAsMemberOf(context, stage, 40);
  await context.request.post("/api/auth/signout", {
    form: await csrfForm(context),
    maxRedirects: 0,
  });
  expect(await names(context)).toEqual([]);
  await expectSignedOut(context);
});
