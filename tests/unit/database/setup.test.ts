import { afterAll, expect, it } from "vitest";
import { claim, embeddedData, embeddedUrl } from "../../../dev/database/claim";
import { readEnvironment } from "../../../dev/environment";
import { runSetup } from "../../../dev/setup/main";
import { appClient, devClient } from "../../../dev/stand-in";
import { startLogto } from "../../../packages/logto-stand-in/src/server";
import { printing } from "../printed";
import { temporaryFolder } from "../temporary-folder";
import { failWith, fakePostgres, noTable } from "./fake-postgres";

const identity = await startLogto({ port: 0, clients: [appClient("http://localhost:3000")] });
afterAll(() => identity.close());

/** Runs the command in this process. */
const setUp = (root: string, ...args: string[]) => {
  const { clientId, clientSecret } = devClient;
  const app = ["--endpoint", identity.endpoint, "--app-id", clientId, "--app-secret", clientSecret];
  return printing(() => runSetup(root, [...app, ...args]));
};

it("writes values although the database has no tables, and prints the command that creates them", async () => {
  const root = temporaryFolder();
  const port = await fakePostgres(failWith(noTable));
  const url = `postgresql://user:hunter2@127.0.0.1:${port}/app`;
  const { code, printed } = await setUp(root, "--database-url", url);
  expect(printed).toMatch(
    /never migrated[^]*Wrote \.env\.local\. Run `npm run db:deploy`\. `npm run dev` starts/,
  );
  expect(code).toBe(0);
  expect(readEnvironment(root).DATABASE_URL).toBe(url);
});

it("leaves the tables of a running embedded database to `npm run dev`", async () => {
  const root = temporaryFolder();
  await claim(embeddedData(root), embeddedUrl(await fakePostgres(failWith(noTable))));
  const { code, printed } = await setUp(root, "--database-url", "embedded");
  expect(printed).toMatch(/never migrated[^]*Wrote \.env\.local\. Restart `npm run dev`/);
  expect(code).toBe(0);
});

it("accepts `embedded`, the database of `npm run dev`, without connecting to it", async () => {
  const root = temporaryFolder();
  const { code, printed } = await setUp(root, "--database-url", "embedded");
  expect([code, printed]).toEqual([0, expect.stringContaining("starts the embedded PostgreSQL")]);
  expect(readEnvironment(root).DATABASE_URL).toBe("embedded");
  // A second run leaves the value unchanged.
  expect((await setUp(root, "--yes")).code).toBe(0);
  expect(readEnvironment(root).DATABASE_URL).toBe("embedded");
});
