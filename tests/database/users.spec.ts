import type { BrowserContext } from "@playwright/test";
import type { PrismaClient } from "@/generated/prisma/client";
import { addPerson, isActive, tokensOf, type Person } from "../e2e/people";
import { sessionValue } from "../e2e/session-cookie";
import { databaseOf } from "./storage";
import {
  beginSignIn,
  expect,
  expectSignInMessage,
  expectSignedOut,
  signInByRequests,
  type Stage,
  test as base,
  typePassword,
} from "../e2e/stage";
import { userId } from "./user-id";

const test = base.extend<{ db: PrismaClient }>({
  db: async ({ stage }, use) => {
    await use(databaseOf(stage.storage));
  },
});

/** The users that an account belongs to, with their accounts. */
const usersOf = (db: PrismaClient, { id }: Person) =>
  db.user.findMany({
    where: { accounts: { some: { providerAccountId: id } } },
    include: { accounts: true, sessions: true },
  });

/** Signs in after removing the browser's cookies. */
async function signInWithoutCookies(context: BrowserContext, { username }: Person): Promise<void> {
  await context.clearCookies();
  await signInByRequests(context, username);
}

test(
  "a user's name, e-mail address and picture are those of the provider at the last sign-in",
  { tag: "@once" },
  async ({ context, db, stage: { control } }) => {
    const claims = {
      name: "Nora",
      email: "Nora@New.example",
      picture: "https://new.example/nora.png",
    };
    const person = await addPerson(control, { claims });
    await signInWithoutCookies(context, person);
    const [made] = await usersOf(db, person);
    expect(made).toMatchObject({ name: "Nora", email: "nora@new.example", image: claims.picture });
    expect(made?.emailVerified).toBeInstanceOf(Date);

    await control.changeUser(person.id, { claims: { name: null, email: null, picture: null } });
    await signInWithoutCookies(context, person);
    expect(await usersOf(db, person)).toMatchObject([
      { id: made?.id, name: person.username, email: null, emailVerified: null, image: null },
    ]);
  },
);

test(
  "people who have the same address, one after the other or unverified, are separate users",
  { tag: "@once" },
  async ({ context, db, stage: { control } }) => {
    const email = "owner@users.example";
    const [owner, stranger, heir] = [
      await addPerson(control, { claims: { email } }),
      await addPerson(control, { claims: { email, email_verified: false } }),
      await addPerson(control),
    ];
    await signInWithoutCookies(context, owner);
    await signInWithoutCookies(context, stranger);
    expect(await userId(context)).toBe(stranger.id);
    expect(await usersOf(db, stranger)).toMatchObject([
      { id: stranger.id, email, emailVerified: null },
    ]);

    // The address moves.
    await control.changeUser(owner.id, { claims: { email: null } });
    await control.changeUser(heir.id, { claims: { email } });
    await signInWithoutCookies(context, heir);
    expect(await userId(context)).toBe(heir.id);
    // The first user's data is that of their last sign-in.
    expect(await usersOf(db, owner)).toMatchObject([{ id: owner.id, email }]);
    expect(await usersOf(db, heir)).toMatchObject([{ id: heir.id, email }]);
    await signInWithoutCookies(context, owner);
    expect(await usersOf(db, owner)).toMatchObject([{ id: owner.id, email: null }]);

    // Deleted at Logto, and created again.
    await control.removeUser(heir.id);
    const again = await addPerson(control, { claims: { email } });
    await signInWithoutCookies(context, again);
    expect(await userId(context)).toBe(again.id);
    expect(await usersOf(db, heir)).toMatchObject([{ id: heir.id, email }]);
    expect(await usersOf(db, again)).toMatchObject([{ id: again.id, email }]);
  },
);

test("ten parallel first sign-ins of a person without an e-mail address create one user with one account", async ({
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
  expect(users).toMatchObject([
    { accounts: { length: 1 }, sessions: { length: rowsOf(stage, 10) } },
  ]);
  expect(await db.user.count({ where: { accounts: { none: {} } } })).toBe(0);
  await Promise.all(contexts.map((context) => context.close()));
});

/** The number of sessions that are rows: none if the cookie holds the session. */
const rowsOf = ({ storage }: Stage, sessions: number) => (storage.sessions ? sessions : 0);

for (const table of ["User", "Account", "Session"]) {
  const tag = table === "Session" ? "@rows" : "@once";
  const title = `a sign-in that fails to write the table ${table} leaves no user without an account and no grant`;
  test(title, { tag }, async ({ context, db, stage }) => {
    const person = await addPerson(stage.control);
    await db.$executeRawUnsafe(
      `CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused by the test'; END $$`,
    );
    await db.$executeRawUnsafe(
      `CREATE TRIGGER refuse BEFORE INSERT ON "${table}" FOR EACH ROW EXECUTE FUNCTION refuse()`,
    );
    try {
      const landed = await typePassword(
        context,
        await beginSignIn(context, "/dashboard"),
        person.username,
      );
      await expectSignInMessage(landed, "Our database does not respond");
    } finally {
      await db.$executeRawUnsafe(`DROP TRIGGER refuse ON "${table}"`);
    }
    await expectSignedOut(context);
    expect(
      await isActive(stage.control, (await tokensOf(stage.control, person)).refreshToken),
    ).toBe(false);
    expect(await db.user.count({ where: { accounts: { none: {} } } })).toBe(0);
    expect(stage.log()).not.toContain("refused by the test");

    await signInWithoutCookies(context, person);
    expect(await usersOf(db, person)).toMatchObject([
      { accounts: { length: 1 }, sessions: { length: rowsOf(stage, 1) } },
    ]);
  });
}

test("the database contains no token, and no cookie that is valid for a session", async ({
  context,
  db,
  stage,
}) => {
  await signInWithoutCookies(context, await addPerson(stage.control));
  const tables = await db.$queryRaw<{ name: string }[]>`
    SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`;
  const rows = await Promise.all(
    tables.map(({ name }) =>
      db.$queryRawUnsafe<{ row: string }[]>(`SELECT row_to_json(t)::text AS row FROM "${name}" t`),
    ),
  );
  const all = rows.flat().map(({ row }) => row);
  expect(all.length).toBeGreaterThan(1);
  const secrets = [
    ...(await stage.control.issued()),
    { kind: "session cookie", value: await sessionValue(context) },
  ];
  const content = all.join("\n");
  expect(secrets.filter(({ value }) => content.includes(value)).map(({ kind }) => kind)).toEqual(
    [],
  );
});
