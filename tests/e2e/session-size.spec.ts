import type { APIResponse, BrowserContext } from "@playwright/test";
import { acme } from "../../dev/identity/seed";
import { addPerson } from "./people";
import { expireAccessToken, readSession, sessionCookies, writtenSessionCookies } from "./session-cookie";
import { csrfForm, expect, expectSignedOut, signInByRequests, type Stage, test, visit } from "./stage";

const name = "authjs.session-token";

/** Somebody with two roles in each of so many organizations, which is what makes a session large. */
const memberships = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    id: `organization${String(index).padStart(3, "0")}`,
    roles: ["admin", "billing-member"],
  }));

const names = async (context: BrowserContext) =>
  (await sessionCookies(context)).map((cookie) => cookie.name).sort();

/** What a browser takes: no cookie of 4,096 bytes or more, attributes and all. */
function expectToFit(response: APIResponse): void {
  for (const line of writtenSessionCookies(response)) expect(line.length).toBeLessThan(4096);
}

async function signInAsMemberOf(context: BrowserContext, stage: Stage, count: number) {
  const person = await addPerson(stage.control, { organizations: memberships(count) });
  await signInByRequests(context, person.username);
  return person;
}

test("whoever has roles in 60 organizations signs in, renews, and uses every page", async ({
  context,
  stage,
}) => {
  const { id } = await signInAsMemberOf(context, stage, 60);
  expect(await names(context)).toEqual([`${name}.0`, `${name}.1`]);

  const old = await expireAccessToken(context, stage);
  const renewed = await visit(context, "/dashboard", { maxRedirects: 0 });
  expect(renewed.status()).toBe(200);
  expect(writtenSessionCookies(renewed)).toHaveLength(2);
  expectToFit(renewed);
  expect((await readSession(context, stage)).generation).toBe(old.generation + 1);

  const paths = [
    "/profile",
    "/organizations",
    "/organizations/organization059",
    "/api-access",
    "/api/auth/check",
  ];
  for (const path of paths) {
    const response = await visit(context, path, { maxRedirects: 0 });
    expect(response.status(), path).toBe(200);
    expect(writtenSessionCookies(response), path).toEqual([]);
  }
  const session: unknown = await (await context.request.get("/api/auth/session")).json();
  expect(session).toMatchObject({ user: { id, organizationRoles: { length: 120 } } });
});

test("a session that shrinks at a renewal leaves one cookie and no chunks of the old one", async ({
  context,
  stage,
}) => {
  const { id } = await signInAsMemberOf(context, stage, 120);
  expect((await names(context)).length).toBeGreaterThan(2);
  await stage.control.changeUser(id, { organizations: [{ id: acme.id, roles: ["member"] }] });
  await expireAccessToken(context, stage);

  const shrunk = await visit(context, "/dashboard", { maxRedirects: 0 });
  expect(shrunk.status()).toBe(200);
  expect(await names(context)).toEqual([name]);
  expect(await (await context.request.get("/api/auth/check")).json()).toMatchObject({
    user: { organizations: [acme.id], organizationRoles: [`${acme.id}:member`] },
  });
});

test("a session that grows at a renewal leaves its chunks and not the whole one beside them", async ({
  context,
  stage,
}) => {
  const { id } = await signInAsMemberOf(context, stage, 1);
  expect(await names(context)).toEqual([name]);
  await stage.control.changeUser(id, { organizations: memberships(60) });
  await expireAccessToken(context, stage);

  const grown = await visit(context, "/dashboard", { maxRedirects: 0 });
  expect(grown.status()).toBe(200);
  expectToFit(grown);
  expect(await names(context)).toEqual([`${name}.0`, `${name}.1`]);
  expect((await context.request.get("/api/auth/check")).status()).toBe(200);
});

test("a sign-in that replaces a large session by a small one leaves no chunks", async ({
  context,
  stage,
}) => {
  await signInAsMemberOf(context, stage, 60);
  await stage.control.endSessions();
  const { id } = await signInAsMemberOf(context, stage, 0);
  expect(await names(context)).toEqual([name]);
  expect((await readSession(context, stage)).subject).toBe(id);
});

test("signing out removes every chunk", async ({ context, stage }) => {
  await signInAsMemberOf(context, stage, 60);
  await context.request.post("/api/auth/signout", { form: await csrfForm(context), maxRedirects: 0 });
  expect(await names(context)).toEqual([]);
  await expectSignedOut(context);
});
