import type { PrismaClient } from "@/generated/prisma/client";
import { expect, test as base } from "../e2e/fixtures";
import { addPerson, grantOf, isActive } from "../e2e/people";
import {
  beginSignIn,
  expectSignInMessage,
  expectSignedOut,
  signInByRequests,
  typePassword,
} from "../e2e/requests";
import { sessionValue } from "../e2e/session-cookie";
import { databaseOf } from "./storage";

const test = base.extend<{ db: PrismaClient }>({
  db: async ({ stage }, use) => use(databaseOf(stage.storage)),
});

for (const table of ["User", "Account", "Session"]) {
  const tag = table === "Session" ? "@rows" : "@once";
  const title = `a sign-in that fails to write the table ${table} leaves no user without an account and no grant`;
  test(title, { tag }, async ({ context, db, stage }) => {
    const { control, storage } = stage;
    const person = await addPerson(control);
    await db.$executeRawUnsafe(
      `CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused by the test'; END $$`,
    );
    await db.$executeRawUnsafe(
      `CREATE TRIGGER refuse BEFORE INSERT ON "${table}" FOR EACH ROW EXECUTE FUNCTION refuse()`,
    );
    try {
      const logto = await beginSignIn(context, "/dashboard");
      const landed = await typePassword(context, logto, person.username);
      await expectSignInMessage(landed, "Our database does not respond");
    } finally {
      await db.$executeRawUnsafe(`DROP TRIGGER refuse ON "${table}"`);
    }
    await expectSignedOut(context);
    expect(await isActive(control, await grantOf(control, person))).toBe(false);
    expect(await storage.users?.countWithoutAccount()).toBe(0);
    expect(stage.log()).not.toContain("refused by the test");

    await context.clearCookies();
    await signInByRequests(context, person.username);
    const sessions = storage.sessions ? 1 : 0;
    expect(await storage.users?.of(person.id)).toEqual([{ accounts: [person.id], sessions }]);
  });
}

test("the database contains no token and no valid cookie", async ({ context, db, stage }) => {
  await signInByRequests(context, "alice");
  const tables = await db.$queryRaw<{ name: string }[]>`
    SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`;
  const rows = await Promise.all(
    tables.map(({ name }) =>
      db.$queryRawUnsafe<{ row: string }[]>(`SELECT row_to_json(t)::text AS row FROM "${name}" t`),
    ),
  );
  const all = rows.flat().map(({ row }) => row);
  expect(all.length).toBeGreaterThan(1);
  const content = all.join("\n");
  const cookie = { kind: "session cookie", value: await sessionValue(context) };
  const found = [...(await stage.control.issued()), cookie].filter(({ value }) =>
    content.includes(value),
  );
  expect(found.map(({ kind }) => kind)).toEqual([]);
});
