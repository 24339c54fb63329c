import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { rememberEmbedded, usesEmbedded } from "../../../dev/database/choice";
import { DatabaseInUseError } from "../../../dev/database/claim";
import { runDatabaseCommand } from "../../../dev/database/commands";
import { startEmbedded } from "../../../dev/database/embedded";
import { notStarted } from "../../../dev/database/service";
import { LaunchError, readEnvironment } from "../../../dev/environment";
import { develop as developIn, fakeProject } from "../launcher";
import { listening } from "../listening";
import { printing } from "../printed";
import { temporaryFolder } from "../temporary-folder";

let root: string;
const local = () => path.join(root, ".env.local");
const readLocal = () => readFileSync(local(), "utf8");

beforeEach(() => {
  root = temporaryFolder();
});

const server = { DATABASE_URL: "postgresql://localhost/app" };

it("an embedded database that does not start is to be deleted only if it can't be opened", async () => {
  expect(notStarted(new Error("unreachable executed")).message).toMatch(
    /did not start: unreachable executed[^]*Delete \.data\/postgres/,
  );
  const port = await listening(createServer());
  const error: unknown = await startEmbedded({ port }).catch((reason: unknown) => reason);
  expect(notStarted(error).message).toMatch(/^(?!.*Delete).*Run the same command again/s);
  const inUse = new DatabaseInUseError("postgresql://127.0.0.1:5433/postgres");
  expect(notStarted(inUse).message).toMatch(/^(?!.*Delete).*Wait until it ends/s);
});

describe("whether `npm run dev` starts a database", () => {
  const rows = { AUTH_SESSION_STRATEGY: "database" };

  it.each([
    [false, {}, false],
    [false, server, false],
    [true, {}, true],
    [true, rows, true],
    [true, { DATABASE_URL: "embedded" }, false],
  ])("is %s with %j (--database: %s)", (expected, values, isRequested) => {
    expect(usesEmbedded(values, isRequested)).toBe(expected);
  });

  it("is an error with --database and the URL of a server, or rows but no database", () => {
    expect(() => usesEmbedded(server, true)).toThrow(LaunchError);
    expect(() => usesEmbedded(server, true)).toThrow("Leave out --database");
    expect(() => usesEmbedded(rows, false)).toThrow("npm run dev -- --database");
  });
});

describe("a database requested with --database", () => {
  const comment =
    "# `npm run dev` starts an embedded Postgres. Remove this line to run without a database.";
  const added = `${comment}\nDATABASE_URL=embedded`;

  it("is saved in a new .env.local, which only its owner can read", () => {
    rememberEmbedded(root);
    expect(readLocal()).toBe(`${added}\n`);
    expect(readEnvironment(root).DATABASE_URL).toBe("embedded");
    expect(statSync(local()).mode & 0o777).toBe(0o600);
  });

  it.each([
    ["at the end", "# mine\nAUTH_SECRET=x\n", `# mine\nAUTH_SECRET=x\n${added}\n`],
    ["after a last line without a line break", "AUTH_SECRET=x", `AUTH_SECRET=x\n${added}\n`],
    ["in place of an empty variable", "A=1\nDATABASE_URL=\nB=2\n", `A=1\n${added}\nB=2\n`],
    ["in place of an empty one in quotes", 'export DATABASE_URL=""\nB=2\n', `${added}\nB=2\n`],
    ["beside a comment", "#DATABASE_URL=\n", `#DATABASE_URL=\n${added}\n`],
  ])("is saved in an existing .env.local, %s", (_, before, after) => {
    writeFileSync(local(), before);
    rememberEmbedded(root);
    expect(readLocal()).toBe(after);
  });

  it("does not replace a server that the file names", () => {
    const text = `DATABASE_URL=${server.DATABASE_URL}\n`;
    writeFileSync(local(), text);
    expect(() => rememberEmbedded(root)).toThrow(LaunchError);
    expect(readLocal()).toBe(text);
  });
});

it.each(["", "DATABASE_URL=embedded\n"])(
  "`npm run db:deploy` fails for the embedded database: %j",
  async (text) => {
    writeFileSync(local(), text);
    const { code, printed } = await printing(() => runDatabaseCommand(root, ["deploy"]));
    expect(code).toBe(1);
    expect(printed).toContain("migrates its embedded database itself");
  },
);

describe("`npm run dev`", () => {
  beforeEach(() => {
    root = fakeProject();
  });
  const develop = (args?: string[], env?: Record<string, string>) => developIn(root, args, env);

  it("starts no database, and prints how to add one", async () => {
    const { code, printed, env } = await develop();
    expect(code).toBe(0);
    expect(printed).toMatch(
      /^ {2}Database none +sessions are in the cookie; .*--database` starts one$/m,
    );
    expect(env).not.toHaveProperty("DATABASE_URL");
    expect(existsSync(path.join(root, ".data/postgres"))).toBe(false);
    expect(readLocal()).not.toContain("DATABASE_URL");
  }, 60_000);

  it("starts one with --database, and from then on without it, with the same data", async () => {
    const first = await develop(["--database", "--turbopack"]);
    expect(first.printed).toMatch(/^ {2}Database localhost:\d+ +an embedded Postgres/m);
    expect(first.printed).toContain("Database migrated");
    expect(first.env?.DATABASE_URL).toMatch(/^postgresql:.*@127\.0\.0\.1:\d+\/postgres$/);
    expect(first.args).toContain("--turbopack");
    expect(first.args).not.toContain("--database");
    expect(readLocal()).toMatch(/^AUTH_SECRET=.+\n# .+\nDATABASE_URL=embedded\n$/m);

    const second = await develop();
    expect(second.env?.DATABASE_URL).toMatch(/^postgresql:/);
    expect(second.printed).toMatch(/^ {2}Database localhost:\d+ /m);
    expect(second.printed).not.toMatch(/Database migrated|Wrote/);
  }, 180_000);

  it("starts and writes nothing with --database and the URL of a server", async () => {
    const { code, printed, env } = await develop(["--database"], server);
    expect([code, env]).toEqual([1, undefined]);
    expect(printed).toContain("✗ DATABASE_URL names a database server. Leave out --database");
    expect(existsSync(local())).toBe(false);
  }, 60_000);
});
