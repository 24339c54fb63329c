import { expect, test as base, type BrowserContext } from "@playwright/test";
import { openDatabase } from "./databases";
import { startQueryTap } from "./query-tap";
import { startPair } from "../e2e/servers";
import { signInByRequests, visit } from "../e2e/stage";

const paths = ["/dashboard", "/api/auth/check", "/api/auth/session"];

const test = base.extend<{
  /** Starts an app with a database, whose statements it records. */
  start: (strategy: string) => Promise<{
    context: BrowserContext;
    statements: string[];
    db: Awaited<ReturnType<typeof openDatabase>>["db"];
  }>;
}>({
  start: async ({ browser }, use) => {
    const database = await openDatabase("postgres");
    const tap = await startQueryTap(database.url);
    const closing: (() => unknown)[] = [() => database.close(), () => tap.stop()];
    await use(async (strategy) => {
      const pair = await startPair({ AUTH_SESSION_STRATEGY: strategy, DATABASE_URL: tap.url });
      closing.unshift(() => pair.stop());
      const context = await browser.newContext({ baseURL: pair.app.url });
      closing.unshift(() => context.close());
      await signInByRequests(context, "alice");
      return { context, statements: tap.statements, db: database.db };
    });
    for (const close of closing) await close();
  },
});

/** Opens each path and expects `expected` queries. */
async function expectQueries(
  { context, statements }: { context: BrowserContext; statements: string[] },
  expected: number,
): Promise<void> {
  expect(statements.length, "statements of the sign-in").toBeGreaterThan(1);
  for (const path of paths) {
    statements.length = 0;
    expect((await visit(context, path, { maxRedirects: 0 })).status()).toBe(200);
    expect(statements, path).toHaveLength(expected);
  }
}

test("a request that needs a fresh session makes no query in strategy jwt", async ({ start }) => {
  await expectQueries(await start("jwt"), 0);
});

test("a request that needs a fresh session makes one query in strategy database, and its last use is written once in five minutes", async ({
  start,
}) => {
  const app = await start("database");
  await expectQueries(app, 1);

  await app.db.session.updateMany({ data: { lastSeenAt: new Date(Date.now() - 6 * 60_000) } });
  const openPages = async () => {
    for (const path of paths)
      expect((await visit(app.context, path, { maxRedirects: 0 })).status()).toBe(200);
  };
  app.statements.length = 0;
  const writes = () => app.statements.filter((each) => /^UPDATE .*"lastSeenAt"/.test(each));
  await openPages();
  // The app writes it after the response.
  await expect.poll(() => writes().length).toBe(1);
  await openPages();
  expect(writes()).toHaveLength(1);
});
