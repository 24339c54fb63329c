import { once } from "node:events";
import { createServer } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import { claim, embeddedData, embeddedUrl } from "../../../dev/database/claim";
import { message } from "../../../dev/database/messages";
import { readEnvironment } from "../../../dev/environment";
import { runSetup } from "../../../dev/setup/main";
import { appClient, appVariables } from "../../../dev/stand-in";
import { startLogto, type StandIn } from "../../../packages/logto-stand-in/src/server";
import { printing } from "../printed";
import { temporaryFolder } from "../temporary-folder";

let root: string;
let identity: StandIn;
beforeAll(async () => {
  identity = await startLogto({ port: 0, clients: [appClient("http://localhost:3000")] });
});
afterAll(() => identity.close());
beforeEach(() => {
  root = temporaryFolder();
});

const { AUTH_LOGTO_ID = "", AUTH_LOGTO_SECRET = "" } = appVariables("");
const withSecret = () => [
  ...["--endpoint", identity.endpoint],
  ...["--app-id", AUTH_LOGTO_ID],
  ...["--app-secret", AUTH_LOGTO_SECRET],
];

/** Runs the command in this process. */
const setUp = (args: string[]) => printing(() => runSetup(root, args));

/** Calls `use` with the port of a PostgreSQL server whose database has no tables. */
async function withEmptyDatabase(use: (port: number) => Promise<void>) {
  // PostgreSQL's error for a missing table, 42P01 (PostgreSQL manual, appendix A).
  const database = createServer((socket) => {
    socket.once("data", () => socket.end(message("E", "SERROR\0C42P01\0Mno\0\0")));
  }).listen(0, "127.0.0.1");
  await once(database, "listening");
  try {
    await use(z.object({ port: z.number() }).parse(database.address()).port);
  } finally {
    database.close();
  }
}

it("writes values although the database has no tables, and prints the command that creates them", () =>
  withEmptyDatabase(async (port) => {
    const url = `postgresql://user:hunter2@127.0.0.1:${port}/app`;
    const { code, printed } = await setUp([...withSecret(), "--database-url", url]);
    expect(printed).toMatch(
      /never migrated[^]*Wrote \.env\.local\. Run `npm run db:deploy`\. `npm run dev` starts/,
    );
    expect(code).toBe(0);
    expect(readEnvironment(root).DATABASE_URL).toBe(url);
  }));

it("leaves the tables of a running embedded database to `npm run dev`", () =>
  withEmptyDatabase(async (port) => {
    await claim(embeddedData(root), embeddedUrl(port));
    const { code, printed } = await setUp([...withSecret(), "--database-url", "embedded"]);
    expect(printed).toMatch(/never migrated[^]*Wrote \.env\.local\. Restart `npm run dev`/);
    expect(code).toBe(0);
  }));

it("accepts `embedded`, the database of `npm run dev`, without connecting to it", async () => {
  const { code, printed } = await setUp([...withSecret(), "--database-url", "embedded"]);
  expect([code, printed]).toEqual([0, expect.stringContaining("starts the embedded PostgreSQL")]);
  expect(readEnvironment(root).DATABASE_URL).toBe("embedded");
  // A second run leaves the value unchanged.
  expect((await setUp([...withSecret(), "--yes"])).code).toBe(0);
  expect(readEnvironment(root).DATABASE_URL).toBe("embedded");
});
