import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { PrismaPg } from "@prisma/adapter-pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { query } from "../../postgres/databases";
import { startEmbedded, type EmbeddedDatabase } from "../../../dev/database/embedded";
import { migrationDiff, migrationNames, readSchema } from "../../../dev/database/migrations";

const read = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8");
const [, upgrade = ""] = /^```sql\n(BEGIN;.*?)^```$/ms.exec(read("CHANGELOG.md")) ?? [];

const startMs = 120_000;
let database: EmbeddedDatabase;
/** Runs a script as one query, like psql. */
const run = async (sql: string) => {
  const connection = await new PrismaPg({ connectionString: database.url }).connect();
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
  database = await startEmbedded({ port: 0 });
  await run(read("tests/unit/database/2026-11-28.sql"));
  await run(rows);
  await run(upgrade);
}, startMs);

afterAll(() => database.close());

describe("the changelog's SQL for an existing database", () => {
  it("migrates it to the current schema", async () => {
    expect(await migrationDiff(database.url, readSchema())).toBe("");
  });

  it("updates the checksum to that of the current migration", async () => {
    const [name = ""] = migrationNames();
    const checksum = createHash("sha256")
      .update(read(`prisma/migrations/${name}/migration.sql`))
      .digest("hex");
    expect(await query(database.url, `SELECT "checksum" FROM "_prisma_migrations"`)).toEqual([
      checksum,
    ]);
  });

  it("turns subjects into user ids, and keeps their database sessions", async () => {
    expect(await query(database.url, `SELECT "id" FROM "User" ORDER BY 1`)).toEqual([
      "sub1",
      "sub3",
    ]);
    expect(await query(database.url, `SELECT "userId" FROM "Account" ORDER BY 1`)).toEqual([
      "sub1",
      "sub3",
    ]);
    expect(
      await query(database.url, `SELECT "id" || ' ' || "userId" FROM "Session" ORDER BY 1`),
    ).toEqual(["first sub3", "row sub1"]);
  });
});
