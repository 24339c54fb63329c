import { once } from "node:events";
import { connect, createServer } from "node:net";
import { expect, test } from "@playwright/test";
import { freePort, startPair } from "../e2e/servers";
import { signInByRequests, visit } from "../e2e/requests";
import { openDatabase } from "./databases";

/**
 * Starts a proxy between an app and its database. It records the app's queries, whichever library
 * sends them.
 *
 * @param url a PostgreSQL database without TLS
 */
async function startQueryTap(url: string) {
  const { hostname, port } = new URL(url);
  const tapped = new URL(url);
  tapped.port = String(await freePort());
  const statements: string[] = [];
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    client.on("data", (chunk) => {
      const sql = /\b(?:BEGIN|COMMIT|DELETE|INSERT|SELECT|UPDATE)\b[^\0]*/g;
      statements.push(...(chunk.toString("latin1").match(sql) ?? []));
    });
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) {
      socket.on("error", () => socket.destroy());
      socket.on("close", () => [client, upstream].forEach((each) => each.destroy()));
    }
  }).listen(Number(tapped.port), hostname);
  await once(server, "listening");
  return { url: tapped.href, statements, stop: () => server.close() };
}

for (const [strategy, queries] of [
  ["jwt", 0],
  ["database", 1],
] as const)
  test(`a request that needs a fresh session makes ${queries} queries in strategy ${strategy}`, async ({
    browser,
  }) => {
    const database = await openDatabase("postgres");
    const { url, statements, stop } = await startQueryTap(database.url);
    const pair = await startPair({ AUTH_SESSION_STRATEGY: strategy, DATABASE_URL: url });
    const context = await browser.newContext({ baseURL: pair.app.url });
    await signInByRequests(context, "alice");
    expect(statements.length, "statements of the sign-in").toBeGreaterThan(1);
    for (const path of ["/dashboard", "/api/auth/check", "/api/auth/session"]) {
      statements.length = 0;
      expect((await visit(context, path, { maxRedirects: 0 })).status()).toBe(200);
      expect(statements, path).toHaveLength(queries);
    }
    await context.close();
    await pair.stop();
    stop();
    await database.close();
  });
