import { expect, test } from "@playwright/test";
import { query } from "../postgres/databases";
import { delayRenewals, startCluster } from "./cluster";
import { kinds } from "./kinds";
import { failuresOf, get } from "./requests";

const sessions = 4;
/**
 * Starts a cluster whose sessions have access tokens that are about to expire. Logto's response to
 * their renewals is late, after it issued the tokens.
 */
async function startExpiring(processes: number, graceInterval: number) {
  const cluster = await startCluster(processes, 0);
  const { control } = cluster;
  await control.change({ rotation: "always", graceInterval });
  const clients = await cluster.signIn(...Array<string>(sessions).fill("alice"));
  await cluster.expire();
  await control.forgetRequests();
  await delayRenewals(control, 1_500, sessions);
  return { cluster, clients };
}

test("a process that is killed during its renewals loses no session", async () => {
  test.setTimeout(120_000);
  const { cluster, clients } = await startExpiring(2, 3);
  const { apps } = cluster;
  const startedAt = Date.now();
  const doomed = clients.map((client) =>
    client.get(`${apps[0]?.url}/api/auth/check`).catch(() => undefined),
  );
  // Logto issues a new refresh token for each session, and its response is still on the way.
  await expect.poll(cluster.refreshes, { intervals: [20] }).toBe(sessions);
  const outcome = failuresOf(clients, 10 * sessions, kinds).then((failures) => {
    return { failures, ms: Date.now() - startedAt };
  });
  apps[0]?.kill();

  const { failures, ms } = await outcome;
  await Promise.all(doomed);
  expect(failures).toEqual([]);
  expect(ms).toBeLessThan(10_000);
  // The other process repeated all the renewals that the killed process had begun.
  expect(await cluster.refreshes()).toBe(2 * sessions);
  expect(cluster.log()).not.toContain("session ended");

  await cluster.expire();
  const before = await cluster.refreshes();
  expect(await failuresOf(clients, 2 * sessions, kinds)).toEqual([]);
  expect(await cluster.refreshes()).toBe(before + sessions);
  await cluster.stop();
});

test("a database that crashes during renewals loses no session, as the new tokens are stored later", async () => {
  test.setTimeout(120_000);
  const { cluster, clients } = await startExpiring(1, 0);
  const { postgres } = cluster;
  const check = [get("/api/auth/check", (response) => response.ok())];
  const outcome = failuresOf(clients, sessions, check);
  await expect.poll(cluster.refreshes, { intervals: [20] }).toBe(sessions);
  await postgres.stop("immediate");
  // The sessions were read before the crash, so the requests have the new tokens.
  expect(await outcome).toEqual([]);
  await postgres.start();

  const versions = () => query(postgres.url, 'SELECT generation FROM "Session"').catch(() => []);
  await expect.poll(versions, { timeout: 30_000 }).toEqual(Array(sessions).fill("2"));
  await cluster.expire();
  await expect.poll(() => failuresOf(clients, sessions, check)).toEqual([]);
  expect(await cluster.refreshes()).toBe(2 * sessions);
  expect(cluster.log()).not.toContain("session ended");
  await cluster.stop();
});
