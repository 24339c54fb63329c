import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import process from "node:process";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { z } from "zod";
import { start } from "../../dev/children.mjs";
import { DatabaseInUseError } from "../../dev/database/claim";
import { rememberEmbedded, usesEmbedded } from "../../dev/database/choice";
import { runDatabaseCommand } from "../../dev/database/commands";
import { startEmbedded } from "../../dev/database/embedded";
import { LaunchError, readEnvironment } from "../../dev/environment";
import { notStarted } from "../../dev/database/service";
import { printMail } from "../../dev/launcher/stand-in";
import { temporaryFolder } from "./temporary-folder";

let root: string;
const local = () => path.join(root, ".env.local");
const write = (file: string, text: string) => {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
};

beforeEach(() => {
  root = temporaryFolder();
});

/** What `run` prints. */
async function printedBy(run: () => unknown): Promise<string> {
  const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    await run();
    return written.mock.calls.map(([text]) => String(text)).join("");
  } finally {
    written.mockRestore();
  }
}

const server = { DATABASE_URL: "postgresql://localhost/app" };

describe("whether `npm run dev` starts a database", () => {
  it("is no if DATABASE_URL is not set, or names a server", () => {
    expect(usesEmbedded({}, false)).toBe(false);
    expect(usesEmbedded(server, false)).toBe(false);
  });

  it("is yes with --database or DATABASE_URL=embedded", () => {
    expect(usesEmbedded({}, true)).toBe(true);
    expect(usesEmbedded({ DATABASE_URL: "embedded" }, false)).toBe(true);
    expect(usesEmbedded({ DATABASE_URL: "embedded" }, true)).toBe(true);
  });

  it("is an error with --database and the URL of a server", () => {
    expect(() => usesEmbedded(server, true)).toThrow(LaunchError);
    expect(() => usesEmbedded(server, true)).toThrow("Leave out --database");
  });

  it("is an error with AUTH_SESSION_STRATEGY=database but no database", () => {
    const values = { AUTH_SESSION_STRATEGY: "database" };
    expect(() => usesEmbedded(values, false)).toThrow("npm run dev -- --database");
    expect(usesEmbedded(values, true)).toBe(true);
  });
});

describe("a database requested with --database", () => {
  const comment =
    "# `npm run dev` starts an embedded Postgres. Remove this line to run without a database.";
  const added = `${comment}\nDATABASE_URL=embedded`;

  it("is saved in a new .env.local, which only its owner can read", () => {
    rememberEmbedded(root);
    expect(readFileSync(local(), "utf8")).toBe(`${added}\n`);
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
    expect(readFileSync(local(), "utf8")).toBe(after);
  });

  it("does not replace a server that the file names", () => {
    const text = `DATABASE_URL=${server.DATABASE_URL}\n`;
    writeFileSync(local(), text);
    expect(() => rememberEmbedded(root)).toThrow(LaunchError);
    expect(readFileSync(local(), "utf8")).toBe(text);
  });
});

describe("`npm run db:deploy`", () => {
  it.each(["", "DATABASE_URL=embedded\n"])("fails for the embedded database: %j", async (text) => {
    writeFileSync(local(), text);
    const printed = await printedBy(async () => {
      expect(await runDatabaseCommand(root, ["deploy"])).toBe(1);
    });
    expect(printed).toContain("migrates its embedded database itself");
  });
});

describe("an embedded database that does not start", () => {
  it("is to be deleted if it can't be opened", () => {
    const { message } = notStarted(new Error("unreachable executed"));
    expect(message).toContain("did not start: unreachable executed");
    expect(message).toContain("Delete .data/postgres");
  });

  it("is left alone if another program has just taken its port", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void other.close());
    await once(other, "listening");
    const { port } = z.object({ port: z.number() }).parse(other.address());
    const error: unknown = await startEmbedded({ port }).catch((reason: unknown) => reason);
    expect(notStarted(error).message).toContain("Run the same command again");
    expect(notStarted(error).message).not.toContain("Delete");
  });

  it("is left alone if another process is using it", () => {
    const { message } = notStarted(new DatabaseInUseError("postgresql://127.0.0.1:5433/postgres"));
    expect(message).toContain("Wait until it ends");
    expect(message).not.toContain("Delete");
  });
});

describe("an e-mail of the stand-in", () => {
  const mail = {
    to: "carol@example.com",
    subject: "Your code",
    text: "Hello,\nuse 042137 to sign in.\n",
  };

  it("is printed on one line with its code, recipient and subject", async () => {
    const printed = await printedBy(() => printMail(mail));
    expect(printed).toMatch(/^ {2}Mail {5}042137 +to carol@example\.com: Your code$/m);
  });

  it("is printed with its first line if it has no code", async () => {
    expect(await printedBy(() => printMail({ ...mail, text: "\nHello,\nand bye" }))).toContain(
      "  Hello,  ",
    );
  });
});

describe("`npm run dev`", () => {
  const variables = z.record(z.string(), z.string());
  const record = z.object({ args: z.array(z.string()), env: variables });
  /** Records its arguments and environment in a file, and exits after its first response. */
  const fakeNext = `
    const { createServer } = require("node:http");
    const args = process.argv.slice(2);
    const after = (name) => args[args.lastIndexOf(name) + 1];
    require("node:fs").writeFileSync("seen.json", JSON.stringify({ args, env: process.env }));
    createServer((_, response) => {
      response.end("Hello");
      setTimeout(() => process.exit(0), 500);
    }).listen(Number(after("--port")), after("--hostname"));`;

  beforeEach(() => {
    for (const file of ["prisma/schema.prisma", "prisma.config.ts", "generated/prisma/client.ts"])
      write(file, "");
    write("node_modules/prisma/package.json", "{}");
    write("node_modules/prisma/build/index.js", "");
    write("node_modules/next/package.json", "{}");
    write("node_modules/next/dist/bin/next", fakeNext);
  });

  const tenant = {
    AUTH_LOGTO_ID: "app",
    AUTH_LOGTO_SECRET: "secret",
    AUTH_LOGTO_ISSUER: "https://tenant.logto.example/oidc",
  };

  /** Runs the launcher on the folder until the fake Next.js ends. */
  async function develop(args: string[] = [], env: Record<string, string> = {}) {
    const script = `
      import { endAll } from "./dev/children.mjs";
      import { develop } from "./dev/launcher/develop";
      await endAll(await develop(${JSON.stringify(root)}, process.argv.slice(1)));`;
    const child = start(
      process.execPath,
      ["--import", "tsx", "--input-type=module", "-e", script, "--", ...args],
      { env: { DATABASE_URL: undefined, PORT: "23100", ...tenant, ...env } },
    );
    const code = await child.exited;
    const printed = child.output();
    const file = path.join(root, "seen.json");
    return {
      code,
      printed,
      ...(existsSync(file) && record.parse(JSON.parse(readFileSync(file, "utf8")))),
    };
  }

  it("listens at AUTH_URL, on this machine only, as after `npm run setup -- --app-url`", async () => {
    write(".env.local", "AUTH_URL=http://localhost:23142\n");
    const { printed, args, env } = await develop([], { PORT: "" });
    expect(args).toEqual(expect.arrayContaining(["--port", "23142", "--hostname", "localhost"]));
    expect(printed).toMatch(/^ {2}App +http:\/\/localhost:23142$/m);
    expect(env).toMatchObject({ AUTH_URL: "http://localhost:23142" });
  }, 60_000);

  it("changes AUTH_URL to the requested port", async () => {
    const { printed, args, env } = await develop(["-p23150"], {
      AUTH_URL: "http://localhost:23142",
    });
    expect(args).toEqual(expect.arrayContaining(["--port", "23150"]));
    expect(printed).toContain(
      "AUTH_URL changed with the port: http://localhost:23150 instead of http://localhost:23142",
    );
    expect(env).toMatchObject({ AUTH_URL: "http://localhost:23150" });
  }, 60_000);

  it("uses the next port if the requested one is in use, and passes on the other arguments", async () => {
    const other = createServer().listen(23160);
    onTestFinished(() => void other.close());
    await once(other, "listening");
    const { printed, args } = await develop(["--port", "23160", "--turbopack"]);
    expect(printed).toContain("Port 23160 is in use: the app uses 23161");
    expect(args).toContain("--turbopack");
    expect(args?.slice(-4)).toEqual(["--port", "23161", "--hostname", "localhost"]);
  }, 60_000);

  it("prints where it listens if AUTH_URL is the address of a proxy", async () => {
    const AUTH_URL = "https://app.example.com";
    const { printed, env } = await develop([], { AUTH_URL });
    expect(printed).toMatch(/^ {2}App +https:\/\/app\.example\.com$/m);
    expect(printed).toContain("must forward requests to http://localhost:23100");
    expect(env).toMatchObject({ AUTH_URL });
  }, 60_000);

  it("listens at the address of --hostname", async () => {
    const { args } = await develop(["-H", "0.0.0.0"]);
    expect(args?.filter((arg) => arg === "--hostname")).toHaveLength(1);
    expect(args).toEqual(expect.arrayContaining(["--hostname", "0.0.0.0"]));
  }, 60_000);

  it("starts no database, and prints how to add one", async () => {
    const { code, printed, env } = await develop();
    expect(code).toBe(0);
    expect(printed).toMatch(
      /^ {2}Database none +sessions are in the cookie; .*--database` starts one$/m,
    );
    expect(env).not.toHaveProperty("DATABASE_URL");
    expect(existsSync(path.join(root, ".data/postgres"))).toBe(false);
    expect(readFileSync(local(), "utf8")).not.toContain("DATABASE_URL");
  }, 60_000);

  it("starts one with --database, and from then on without it, with the same data", async () => {
    const first = await develop(["--database", "--turbopack"]);
    expect(first.printed).toMatch(/^ {2}Database localhost:\d+ +an embedded Postgres/m);
    expect(first.printed).toContain("Database migrated");
    expect(first.env?.DATABASE_URL).toMatch(/^postgresql:.*@127\.0\.0\.1:\d+\/postgres$/);
    expect(first.args).toContain("--turbopack");
    expect(first.args).not.toContain("--database");
    expect(readFileSync(local(), "utf8")).toMatch(
      /^AUTH_SECRET=.+\n# .+\nDATABASE_URL=embedded\n$/m,
    );

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
