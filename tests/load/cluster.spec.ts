import { expect, test } from "@playwright/test";
import process from "node:process";
import { startCluster, type Cluster } from "./cluster";
import { accountAction } from "./account-action";
import { kinds } from "./kinds";
import { failuresOf, get, isComplete } from "./requests";

/** Small in `npm test`, full size in `npm run test:load`. */
const { processes, sessions, requests, expiries } =
  process.env.STORM === "full"
    ? { processes: 3, sessions: 20, requests: 300, expiries: 5 }
    : { processes: 2, sessions: 6, requests: 36, expiries: 2 };

test.describe(`${processes} processes, no sticky sessions`, () => {
  test.describe.configure({ mode: "serial", timeout: 300_000 });
  let cluster: Cluster;
  test.beforeAll(async () => {
    cluster = await startCluster(processes);
    // The strictest provider behaviour: each refresh token is valid for one use, and a second use
    // ends the grant.
    await cluster.control.change({ rotation: "always", graceInterval: 0 });
  });
  test.afterAll(() => cluster.stop());

  test("each session is renewed once per expiry in the whole cluster, and none is lost", async () => {
    const users = Array.from({ length: sessions }, (_, index) => (index % 2 ? "alice" : "bob"));
    const clients = await cluster.signIn(...users);
    const [first] = clients;
    const all = first ? [...kinds, await accountAction(first)] : [];
    const before = await cluster.refreshes();
    for (let expiry = 1; expiry <= expiries; expiry += 1) {
      await cluster.expire();
      expect(await failuresOf(clients, requests, all), `failures at expiry ${expiry}`).toEqual([]);
      expect(await cluster.refreshes(), `token requests after expiry ${expiry}`).toBe(
        before + expiry * sessions,
      );
    }
    await cluster.expire();
    expect(await failuresOf(clients, sessions, all), "failures after the last expiry").toEqual([]);
    expect(cluster.log()).not.toMatch(/session ended/);
  });

  test("parallel exchanges of all processes, each of which rotates the refresh token, end no session", async () => {
    const clients = await cluster.signIn("alice", "bob");
    const exchanges = [
      get("/api-access", isComplete),
      get("/api/auth/check", (response) => response.ok()),
    ];
    const before = await cluster.refreshes();
    for (let expiry = 1; expiry <= expiries; expiry += 1) {
      await cluster.expire();
      expect(await failuresOf(clients, 12 * clients.length, exchanges)).toEqual([]);
    }
    expect(await cluster.refreshes()).toBeGreaterThan(before);
    expect(cluster.log()).not.toMatch(/session ended/);
  });
});
