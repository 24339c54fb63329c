import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { once } from "node:events";
import path from "node:path";
import { TLSSocket } from "node:tls";
import { PrismaPg } from "@prisma/adapter-pg";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { checkCertificates, poolConfig } from "@/lib/database/pool";
import { EnvError } from "@/lib/env";
import { runDatabaseCommand } from "../../../dev/database/commands";
import { startEmbedded, type EmbeddedDatabase } from "../../../dev/database/embedded";
import { migrationNames } from "../../../dev/database/migrations";
import { temporaryFolder } from "../temporary-folder";

const { print } = vi.hoisted(() => ({ print: vi.fn() }));
vi.mock("../../../dev/terminal.mjs", async (original) => ({ ...(await original()), print }));

let database: EmbeddedDatabase;
const nowhere = "postgresql://postgres@127.0.0.1:9/postgres";

beforeAll(async () => {
  database = await startEmbedded({ port: 0 });
}, 60_000);

afterAll(() => database.close());

/** Runs `npm run db:deploy` with the variables in .env.local. */
async function deploy(variables: Record<string, string>, root = temporaryFolder()) {
  vi.stubEnv("DATABASE_URL", undefined);
  print.mockClear();
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(path.join(root, ".env.local"), lines.join(""));
  const code = await runDatabaseCommand(root, ["deploy"]);
  return { code, printed: print.mock.calls.join("\n") };
}

describe("npm run db:deploy with DB_ENGINE=wasm", () => {
  const DB_ENGINE = "wasm";

  test("applies the migrations, and no longer any the second time", async () => {
    const run = () => deploy({ DB_ENGINE, DATABASE_URL: database.url });
    expect(await run()).toEqual({ code: 0, printed: `Applied: ${migrationNames().join(", ")}.` });
    expect(await run()).toEqual({ code: 0, printed: "All migrations are applied." });
  });

  test("connects to DATABASE_URL_UNPOOLED if it is set", async () => {
    const unpooled = (DATABASE_URL: string, DATABASE_URL_UNPOOLED: string) =>
      deploy({ DB_ENGINE, DATABASE_URL, DATABASE_URL_UNPOOLED });
    expect(await unpooled(nowhere, database.url)).toMatchObject({ code: 0 });
    expect(await unpooled(database.url, nowhere)).toMatchObject({ code: 1 });
  });

  test.each([
    ["a server that can't be reached", nowhere, "Can't reach database server at `127.0.0.1:9`"],
    ["a wrong parameter", `${nowhere}?sslmode=on`, "the database URL has an unknown sslmode"],
    ["no URL", "db.example", "the database URL is not a PostgreSQL URL"],
    ["a missing file", `${nowhere}?sslrootcert=/missing.pem`, "no such file"],
  ])("fails and explains %s", async (_, DATABASE_URL, reason) => {
    const { code, printed } = await deploy({ DB_ENGINE, DATABASE_URL });
    expect(printed).toMatch(/^The migrations were not applied: /);
    expect(printed).toContain(reason);
    expect(code).toBe(1);
  });
});

test("npm run db:deploy rejects another DB_ENGINE", async () => {
  expect(await deploy({ DB_ENGINE: "WASM", DATABASE_URL: database.url })).toEqual({
    code: 1,
    printed: expect.stringContaining("DB_ENGINE must be wasm"),
  });
});

test("npm run db:deploy is `prisma migrate deploy` without DB_ENGINE", async () => {
  const root = temporaryFolder();
  mkdirSync(path.join(root, "node_modules/prisma/build"), { recursive: true });
  // In place of Prisma's command.
  writeFileSync(
    path.join(root, "node_modules/prisma/build/index.js"),
    `const { DATABASE_URL, DATABASE_URL_UNPOOLED } = process.env;
     const seen = { args: process.argv.slice(2), DATABASE_URL, DATABASE_URL_UNPOOLED };
     require("node:fs").writeFileSync("seen.json", JSON.stringify(seen));`,
  );
  const urls = { DATABASE_URL: database.url, DATABASE_URL_UNPOOLED: nowhere };
  expect(await deploy(urls, root)).toMatchObject({ code: 0 });
  expect(JSON.parse(readFileSync(path.join(root, "seen.json"), "utf8"))).toEqual({
    args: ["migrate", "deploy"],
    ...urls,
  });
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
  const tls = new URL("../../e2e/tls/", import.meta.url);
  const certificate = (name: string) => new URL(name, tls);
  let port: number;

  beforeAll(async () => {
    const credentials = {
      key: readFileSync(certificate("localhost.key")),
      cert: readFileSync(certificate("localhost.crt")),
    };
    const server = createServer((socket) => {
      socket.once("data", (request) => {
        // The request for encryption (PostgreSQL documentation, "SSLRequest").
        if (request.length !== 8 || request.readInt32BE(4) !== 80_877_103) return socket.destroy();
        socket.write("S");
        const secure = new TLSSocket(socket, { isServer: true, ...credentials });
        const behind = connect(Number(new URL(database.url).port), "127.0.0.1");
        secure.pipe(behind).pipe(secure);
        for (const each of [secure, behind]) each.on("error", () => behind.destroy());
      });
      socket.on("error", () => socket.destroy());
    }).listen(0);
    await once(server, "listening");
    port = z.object({ port: z.number() }).parse(server.address()).port;
    return () => void server.close();
  });

  const url = (parameters: string, host = "localhost") =>
    `postgresql://postgres:postgres@${host}:${port}/postgres?${parameters}`;
  const migrate = async (address: string) => {
    const { code, printed } = await deploy({ DB_ENGINE: "wasm", DATABASE_URL: address });
    return code === 0 ? "connected" : printed;
  };
  const query = async (address: string) => {
    const pool = await new PrismaPg(poolConfig(address, 1)).connect();
    onTestFinished(() => pool.dispose());
    await pool.queryRaw({ sql: "SELECT 1", args: [], argTypes: [] });
    return "connected";
  };
  const file = certificate("localhost.crt").pathname;

  test.each([
    ["sslmode=no-verify"],
    [`sslmode=require&sslrootcert=${file}`],
    [`sslmode=verify-full&sslrootcert=${file}&sslnegotiation=postgres`],
    ["ssl=no-verify"],
  ])("is migrated and queried with %s", async (parameters) => {
    expect(await migrate(url(parameters))).toBe("connected");
    expect(await query(url(parameters))).toBe("connected");
  });

  test("needs a certificate file that exists when the app starts", () => {
    expect(() => checkCertificates(url(`sslrootcert=${file}`))).not.toThrow();
    expect(() => checkCertificates(url(`sslrootcert=${file}.missing`))).toThrow(EnvError);
    expect(() => checkCertificates(undefined)).not.toThrow();
  });

  test.each([
    ["without TLS parameters", () => url(""), /closed|terminated|reset/i],
    ["with sslmode=disable", () => url("sslmode=disable"), /closed|terminated|reset/i],
    ["if nothing verifies its certificate", () => url("sslmode=require"), /self-signed/],
    [
      "if its certificate is for another host",
      () => url(`sslmode=verify-full&sslrootcert=${file}`, "127.0.0.1"),
      /altnames/,
    ],
  ])("is not reached %s", async (_, address, reason) => {
    expect(await migrate(address())).toMatch(reason);
    await expect(query(address())).rejects.toThrow();
  });
});
