import { openDatabase } from "./databases";
import { startQueryTap } from "./query-tap";
import { startPair } from "../e2e/servers";
import { expect, test } from "@playwright/test";
import { signInByRequests, visit } from "../e2e/stage";

const paths = ["/dashboard", "/api/auth/check", "/api/auth/session"];

for (const [strategy, expected] of [
  ["jwt", 0],
  ["database", 1],
] as const) {
  test(`a request that needs a fresh session makes ${expected} queries in strategy ${strategy}`, async ({
    browser,
  }) => {
    const database = await openDatabase("postgres");
    const tap = await startQueryTap(database.url);
    const pair = await startPair({ AUTH_SESSION_STRATEGY: strategy, DATABASE_URL: tap.url });
    const context = await browser.newContext({ baseURL: pair.app.url });
    await signInByRequests(context, "alice");
    expect(tap.statements.length, "statements of the sign-in").toBeGreaterThan(1);

    for (const path of paths) {
      tap.statements.length = 0;
      expect((await visit(context, path, { maxRedirects: 0 })).status()).toBe(200);
      expect(tap.statements, path).toHaveLength(expected);
    }
    await context.close();
    await pair.stop();
    tap.stop();
    await database.close();
  });
}

test("the last use of a session is written once in five minutes, however many pages are opened", async ({
  browser,
}) => {
  const database = await openDatabase("postgres");
  const tap = await startQueryTap(database.url);
  const pair = await startPair({ DATABASE_URL: tap.url });
  const context = await browser.newContext({ baseURL: pair.app.url });
  await signInByRequests(context, "alice");
  const writes = () =>
    tap.statements.filter((statement) => /^UPDATE .*"lastSeenAt"/.test(statement));
  const openPages = async () => {
    for (const path of [...paths, ...paths])
      expect((await visit(context, path, { maxRedirects: 0 })).status()).toBe(200);
  };
  tap.statements.length = 0;
  await openPages();
  expect(writes()).toEqual([]);

  await database.db.session.updateMany({ data: { lastSeenAt: new Date(Date.now() - 6 * 60_000) } });
  await openPages();
  // The app writes it after the response.
  await expect.poll(() => writes().length).toBe(1);
  await openPages();
  expect(writes()).toHaveLength(1);
  await context.close();
  await pair.stop();
  tap.stop();
  await database.close();
});
