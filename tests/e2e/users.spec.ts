import type { BrowserContext } from "@playwright/test";
import type { PrismaClient } from "@/generated/prisma/client";
import { addPerson, isActive, tokensOf, type Person } from "./people";
import { sessionValue } from "./session-cookie";
import {
  beginSignIn,
  expect,
  expectExplained,
  expectSignedOut,
  signInByRequests,
  test as base,
  typePassword,
} from "./stage";

const test = base.extend<{ db: PrismaClient }>({
  db: async ({ stage }, use) => {
    if (!stage.storage.db) throw new Error("These tests need a database.");
    await use(stage.storage.db);
  },
});

/** The users that an account belongs to, with their accounts. */
const usersOf = (db: PrismaClient, { id }: Person) =>
  db.user.findMany({
    where: { accounts: { some: { providerAccountId: id } } },
    include: { accounts: true, sessions: true },
  });

/** Signs in in a browser that nobody has used yet. */
async function signInAnew(context: BrowserContext, { username }: Person): Promise<void> {
  await context.clearCookies();
  await signInByRequests(context, username);
}

test("name, e-mail address and picture of a user are what the provider said at the last sign-in", async ({
  context,
  db,
  stage: { control },
}) => {
  const claims = { name: "Nora", email: "Nora@New.example", picture: "https://new.example/nora.png" };
  const person = await addPerson(control, { claims });
  await signInAnew(context, person);
  const [made] = await usersOf(db, person);
  expect(made).toMatchObject({ name: "Nora", email: "nora@new.example", image: claims.picture });
  expect(made?.emailVerified).toBeInstanceOf(Date);

  await control.changeUser(person.id, {
    claims: { name: "Nora Newer", email: "newer@new.example", picture: null },
  });
  await signInAnew(context, person);
  expect(await usersOf(db, person)).toMatchObject([
    { id: made?.id, name: "Nora Newer", email: "newer@new.example", image: null },
  ]);

  await control.changeUser(person.id, { claims: { name: null, email: null } });
  await signInAnew(context, person);
  expect(await usersOf(db, person)).toMatchObject([
    { id: made?.id, name: person.username, email: null, emailVerified: null },
  ]);
});

test("an address that has become another user's stays theirs, and keeps nobody from signing in", async ({
  context,
  db,
  stage: { control },
}) => {
  const email = "shared@users.example";
  const [owner, other] = [await addPerson(control, { claims: { email } }), await addPerson(control)];
  await signInAnew(context, owner);
  await signInAnew(context, other);
  await control.changeUser(owner.id, { claims: { email: null } });
  await control.changeUser(other.id, { claims: { email, name: "Other" } });
  await signInAnew(context, other);
  expect(await usersOf(db, owner)).toMatchObject([{ email }]);
  expect(await usersOf(db, other)).toMatchObject([{ email: null, name: "Other" }]);
});

test("ten first sign-ins at once of somebody without an e-mail address make one user with one account", async ({
  browser,
  db,
  stage,
}) => {
  const person = await addPerson(stage.control);
  const contexts = await Promise.all(
    Array.from({ length: 10 }, () => browser.newContext({ baseURL: stage.url })),
  );
  await Promise.all(contexts.map((context) => signInByRequests(context, person.username)));
  const users = await usersOf(db, person);
  expect(users).toMatchObject([{ accounts: { length: 1 }, sessions: { length: 10 } }]);
  expect(await db.user.count({ where: { accounts: { none: {} } } })).toBe(0);
  await Promise.all(contexts.map((context) => context.close()));
});

for (const table of ["User", "Account", "Session"]) {
  test(`a sign-in that fails where the table ${table} is written leaves no user without account and no grant`, async ({
    context,
    db,
    stage,
  }) => {
    const person = await addPerson(stage.control);
    await db.$executeRawUnsafe(
      `CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused by the test'; END $$`,
    );
    await db.$executeRawUnsafe(
      `CREATE TRIGGER refuse BEFORE INSERT ON "${table}" FOR EACH ROW EXECUTE FUNCTION refuse()`,
    );
    try {
      const landed = await typePassword(context, await beginSignIn(context, "/dashboard"), person.username);
      await expectExplained(landed, "Our database does not answer");
    } finally {
      await db.$executeRawUnsafe(`DROP TRIGGER refuse ON "${table}"`);
    }
    await expectSignedOut(context);
    expect(await isActive(stage.control, (await tokensOf(stage.control, person)).refreshToken)).toBe(false);
    expect(await db.user.count({ where: { accounts: { none: {} } } })).toBe(0);
    expect(stage.log()).not.toContain("refused by the test");

    await signInAnew(context, person);
    expect(await usersOf(db, person)).toMatchObject([{ accounts: { length: 1 }, sessions: { length: 1 } }]);
  });
}

test("whoever reads the database finds no token in it, and no cookie that opens a session", async ({
  context,
  db,
  stage,
}) => {
  await signInAnew(context, await addPerson(stage.control));
  const tables = await db.$queryRaw<{ name: string }[]>`
    SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`;
  const rows = await Promise.all(
    tables.map(({ name }) =>
      db.$queryRawUnsafe<{ row: string }[]>(`SELECT row_to_json(t)::text AS row FROM "${name}" t`),
    ),
  );
  const all = rows.flat().map(({ row }) => row);
  expect(all.length).toBeGreaterThan(3);
  const secrets = [
    ...(await stage.control.issued()),
    { kind: "session cookie", value: await sessionValue(context) },
  ];
  const content = all.join("\n");
  expect(secrets.filter(({ value }) => content.includes(value)).map(({ kind }) => kind)).toEqual([]);
});
