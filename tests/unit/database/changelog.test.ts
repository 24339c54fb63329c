import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { PrismaPg } from "@prisma/adapter-pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { query } from "../../postgres/databases";
import { startEmbedded } from "../../../dev/database/embedded";
import { migrationDiff, migrationNames, readSchema } from "../../../dev/database/migrations";

const read = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8");
const [, upgrade = ""] = /^```sql\n(BEGIN;.*?)^```$/ms.exec(read("CHANGELOG.md")) ?? [];

const { url, close } = await startEmbedded({ port: 0 });
/** Runs a script as one query, like psql. */
const run = async (sql: string) => {
  const connection = await new PrismaPg({ connectionString: url }).connect();
  await connection.underlyingDriver().query(sql);
  await connection.dispose();
};

/** Rows of the earlier schema: users of Logto, of an e-mail link, and with two accounts. */
const rows = `
INSERT INTO "User" ("id", "email", "updatedAt") VALUES
  ('u1', 'one@example.com', now()), ('u2', 'link@example.com', now()), ('u3', 'two@example.com', now());
INSERT INTO "Account" ("userId", "type", "provider", "providerAccountId", "createdAt") VALUES
  ('u1', 'oidc', 'logto', 'sub1', now()),
  ('u2', 'email', 'nodemailer', 'link@example.com', now()),
  ('u3', 'oidc', 'logto', 'sub3', now() - interval '1 day'),
  ('u3', 'oidc', 'logto', 'sub4', now()),
  ('u3', 'email', 'nodemailer', 'two@example.com', now() - interval '2 days');
INSERT INTO "Session" ("id", "sid", "sessionToken", "userId", "subject", "claims", "startedAt", "expires") VALUES
  ('row', 'a', 'hash-a', 'u1', 'sub1', '{}', now(), now()),
  ('cookie', 'b', NULL, 'u1', 'sub1', '{}', now(), now()),
  ('link', 'c', 'hash-c', 'u2', NULL, '{}', now(), now()),
  ('first', 'd', 'hash-d', 'u3', 'sub3', '{}', now(), now()),
  ('other', 'e', 'hash-e', 'u3', 'sub4', '{}', now(), now());
CREATE TABLE "_prisma_migrations" ("migration_name" TEXT, "checksum" TEXT);
INSERT INTO "_prisma_migrations" VALUES ('${migrationNames()[0] ?? ""}', 'old');
`;

beforeAll(async () => {
  for (const sql of [read("tests/unit/database/2026-11-28.sql"), rows, upgrade]) await run(sql);
  for (const name of migrationNames().slice(1))
    await run(read(`prisma/migrations/${name}/migration.sql`));
}, 120_000);

afterAll(close);

describe("the changelog's SQL for an existing database", () => {
  it("migrates it to the current schema", async () => {
    expect(await migrationDiff(url, readSchema())).toBe("");
  });

  it("updates the checksum to that of the current migration", async () => {
    const [name = ""] = migrationNames();
    const migration = read(`prisma/migrations/${name}/migration.sql`);
    const checksum = createHash("sha256").update(migration).digest("hex");
    expect(await query(url, `SELECT "checksum" FROM "_prisma_migrations"`)).toEqual([checksum]);
  });

  it.each([
    [`SELECT "id" FROM "User" ORDER BY 1`, ["sub1", "sub3"]],
    [`SELECT "userId" FROM "Account" ORDER BY 1`, ["sub1", "sub3"]],
    [`SELECT "id" || ' ' || "userId" FROM "Session" ORDER BY 1`, ["first sub3", "row sub1"]],
  ])("turns subjects into user ids, and keeps their database sessions: %s", async (sql, found) => {
    expect(await query(url, sql)).toEqual(found);
  });
});
