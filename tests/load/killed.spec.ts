import { expect, test } from "@playwright/test";
import { query } from "../../dev/database/databases";
import { startCluster } from "./cluster";
import { allKinds, asked, failuresOf } from "./requests";

const sessions = 4;
/** Logto acts, and its answer takes its time. */
const renewal = {
  endpoint: "token",
  grant: "refresh_token",
  when: "after",
  kind: "delay",
} as const;

test("a process that dies in the middle of its renewals loses no session", async () => {
  test.setTimeout(120_000);
  const cluster = await startCluster(2, 0);
  const { control, apps } = cluster;
  await control.change({ rotation: "always", graceInterval: 3 });
  const clients = await Promise.all(
    Array.from({ length: sessions }, () => cluster.signIn("alice")),
  );
  const [first] = clients;
  const kinds = first ? await allKinds(first) : [];
  await cluster.expire();
  await control.forgetRequests();
  // Logto has given each of them a new refresh token, and nobody has got it yet.
  await control.inject({ ...renewal, delayMs: 1_500, times: sessions });

  const begun = Date.now();
  const doomed = clients.map((client) =>
    client.get(`${apps[0]?.url}/api/auth/check`).catch(() => undefined),
  );
  await expect.poll(cluster.refreshes, { intervals: [20] }).toBe(sessions);
  const answered = failuresOf(clients, 10 * sessions, kinds.slice(0, -1)).then((failures) => {
    return { failures, ms: Date.now() - begun };
  });
  apps[0]?.kill();

  const { failures, ms } = await answered;
  await Promise.all(doomed);
  expect(failures).toEqual([]);
  expect(ms).toBeLessThan(10_000);
  // All that it had begun were begun once more by the other process.
  expect(await cluster.refreshes()).toBe(2 * sessions);
  expect(cluster.log()).not.toContain("session ended");

  await cluster.expire();
  const before = await cluster.refreshes();
  expect(await failuresOf(clients, 2 * sessions, kinds.slice(0, -1))).toEqual([]);
  expect(await cluster.refreshes()).toBe(before + sessions);
  await Promise.all(clients.map((client) => client.dispose()));
  await cluster.stop();
});

test("a database that crashes while Logto answers costs no session: the new tokens are stored once it is back", async () => {
  test.setTimeout(120_000);
  const cluster = await startCluster(1, 0);
  const { control, postgres } = cluster;
  await control.change({ rotation: "always", graceInterval: 0 });
  const clients = await Promise.all(
    Array.from({ length: sessions }, () => cluster.signIn("alice")),
  );
  await cluster.expire();
  await control.forgetRequests();
  await control.inject({ ...renewal, delayMs: 1_500, times: sessions });
  const check = [asked("/api/auth/check", (answer) => answer.ok())];
  const answered = failuresOf(clients, sessions, check);
  await expect.poll(cluster.refreshes, { intervals: [20] }).toBe(sessions);
  await postgres.stop("immediate");
  // They had been looked up before, and have their new tokens.
  expect(await answered).toEqual([]);
  await postgres.start();

  const versions = () => query(postgres.url, 'SELECT generation FROM "Session"').catch(() => []);
  await expect
    .poll(versions, { timeout: 30_000 })
    .toEqual(Array.from({ length: sessions }, () => "2"));
  await cluster.expire();
  await expect.poll(() => failuresOf(clients, sessions, check)).toEqual([]);
  expect(await cluster.refreshes()).toBe(2 * sessions);
  expect(cluster.log()).not.toContain("session ended");
  await Promise.all(clients.map((client) => client.dispose()));
  await cluster.stop();
});
