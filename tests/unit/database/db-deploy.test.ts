import { readFileSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import path from "node:path";
import { TLSSocket } from "node:tls";
import { PrismaPg } from "@prisma/adapter-pg";
import { afterAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { checkCertificates, poolConfig } from "@/lib/database/pool";
import { EnvError } from "@/lib/env";
import { runDatabaseCommand } from "../../../dev/database/commands";
import { startEmbedded } from "../../../dev/database/embedded";
import { migrationNames } from "../../../dev/database/migrations";
import { listening } from "../listening";
import { printing } from "../printed";
import { temporaryFolder } from "../temporary-folder";

const database = await startEmbedded({ port: 0 });
const DATABASE_URL = database.url;
const nowhere = "postgresql://postgres@127.0.0.1:9/postgres";

afterAll(() => database.close());

/** Runs `npm run db:deploy` with the variables in .env.local. */
function deploy(variables: Record<string, string>, root = temporaryFolder()) {
  vi.stubEnv("DATABASE_URL", undefined);
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(path.join(root, ".env.local"), lines.join(""));
  return printing(() => runDatabaseCommand(root, ["deploy"]));
}

describe("npm run db:deploy with DB_ENGINE=wasm", () => {
  const DB_ENGINE = "wasm";

  test("applies the migrations, and no longer any the second time", async () => {
    const names = migrationNames().join(", ");
    for (const printed of [`Applied: ${names}.\n`, "All migrations are applied.\n"])
      expect(await deploy({ DB_ENGINE, DATABASE_URL })).toEqual({ code: 0, printed });
  });

  test("connects to DATABASE_URL_UNPOOLED if it is set", async () => {
    const unpooled = { DB_ENGINE, DATABASE_URL: nowhere, DATABASE_URL_UNPOOLED: DATABASE_URL };
    expect(await deploy(unpooled)).toMatchObject({ code: 0 });
    const unreached = { DB_ENGINE, DATABASE_URL, DATABASE_URL_UNPOOLED: nowhere };
    expect(await deploy(unreached)).toMatchObject({ code: 1 });
  });

  test.each([
    ["a server that can't be reached", nowhere, "Can't reach database server at `127.0.0.1:9`"],
    ["a wrong parameter", `${nowhere}?sslmode=on`, "the database URL has an unknown sslmode"],
    ["no URL", "db.example", "the database URL is not a PostgreSQL URL"],
    ["a missing file", `${nowhere}?sslrootcert=/missing.pem`, "no such file"],
  ])("fails and explains %s", async (_, url, reason) => {
    const { code, printed } = await deploy({ DB_ENGINE, DATABASE_URL: url });
    expect(printed).toMatch(/^The migrations were not applied: /);
    expect(printed).toContain(reason);
    expect(code).toBe(1);
  });
});

test("npm run db:deploy rejects another DB_ENGINE", async () => {
  const { code, printed } = await deploy({ DB_ENGINE: "WASM", DATABASE_URL });
  expect([code, printed]).toEqual([1, expect.stringContaining("DB_ENGINE must be wasm")]);
});

test("npm run db:deploy is `prisma migrate deploy` without DB_ENGINE", async () => {
  // In place of Prisma's command.
  const prisma = `
    const { DATABASE_URL, DATABASE_URL_UNPOOLED } = process.env;
    const seen = { args: process.argv.slice(2), DATABASE_URL, DATABASE_URL_UNPOOLED };
    require("node:fs").writeFileSync("seen.json", JSON.stringify(seen));`;
  const root = temporaryFolder({ "node_modules/prisma/build/index.js": prisma });
  const urls = { DATABASE_URL, DATABASE_URL_UNPOOLED: nowhere };
  expect(await deploy(urls, root)).toMatchObject({ code: 0 });
  const seen: unknown = JSON.parse(readFileSync(path.join(root, "seen.json"), "utf8"));
  expect(seen).toEqual({ args: ["migrate", "deploy"], ...urls });
});

test.each([
  ["DATABASE_URL_UNPOOLED", { DATABASE_URL: nowhere, DATABASE_URL_UNPOOLED: "postgresql://a/b" }],
  ["DATABASE_URL", { DATABASE_URL: "postgresql://a/b", DATABASE_URL_UNPOOLED: "" }],
])("Prisma's command migrates the database of %s", async (_, variables) => {
  vi.resetModules();
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  const { default: config } = await import("../../../prisma.config");
  expect(config.datasource?.url).toBe("postgresql://a/b");
});

describe("a database that accepts only TLS", () => {
  const fileOf = (name: string) => new URL(`../../e2e/tls/localhost.${name}`, import.meta.url);
  const file = fileOf("crt").pathname;
  const credentials = { key: readFileSync(fileOf("key")), cert: readFileSync(fileOf("crt")) };
  let port: number;

  beforeEach(async () => {
    const server = createServer((socket) => {
      socket.once("data", (request) => {
        // The request for encryption (PostgreSQL documentation, "SSLRequest").
        if (request.length !== 8 || request.readInt32BE(4) !== 80_877_103) return socket.destroy();
        socket.write("S");
        const secure = new TLSSocket(socket, { isServer: true, ...credentials });
        const behind = connect(Number(new URL(DATABASE_URL).port), "127.0.0.1");
        secure.pipe(behind).pipe(secure);
        for (const each of [secure, behind]) each.on("error", () => behind.destroy());
      });
      socket.on("error", () => socket.destroy());
    });
    port = await listening(server, "::");
  });

  const url = (parameters: string, host = "localhost") =>
    `postgresql://postgres:postgres@${host}:${port}/postgres?${parameters}`;
  const migrate = (address: string) => deploy({ DB_ENGINE: "wasm", DATABASE_URL: address });
  const query = async (address: string) => {
    const pool = await new PrismaPg(poolConfig(address, 1)).connect();
    onTestFinished(() => pool.dispose());
    return pool.queryRaw({ sql: "SELECT 1", args: [], argTypes: [] });
  };

  test.each([
    ["sslmode=no-verify"],
    [`sslmode=require&sslrootcert=${file}`],
    [`sslmode=verify-full&sslrootcert=${file}&sslnegotiation=postgres`],
    ["ssl=no-verify"],
  ])("is migrated and queried with %s", async (parameters) => {
    expect(await migrate(url(parameters))).toMatchObject({ code: 0 });
    expect(await query(url(parameters))).toMatchObject({ rows: [[1]] });
  });

  test("needs a certificate file that exists when the app starts", () => {
    expect(() => checkCertificates(url(`sslrootcert=${file}`))).not.toThrow();
    expect(() => checkCertificates(url(`sslrootcert=${file}.missing`))).toThrow(EnvError);
    expect(() => checkCertificates(undefined)).not.toThrow();
  });

  const closed = /closed|terminated|reset/i;
  const verified = `sslmode=verify-full&sslrootcert=${file}`;
  test.each([
    ["without TLS parameters", "", "localhost", closed],
    ["with sslmode=disable", "sslmode=disable", "localhost", closed],
    ["if nothing verifies its certificate", "sslmode=require", "localhost", /self-signed/],
    ["if its certificate is for another host", verified, "127.0.0.1", /altnames/],
  ])("is not reached %s", async (_, parameters, host, reason) => {
    const { code, printed } = await migrate(url(parameters, host));
    expect([code, printed]).toEqual([1, expect.stringMatching(reason)]);
    await expect(query(url(parameters, host))).rejects.toThrow();
  });
});
