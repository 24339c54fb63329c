import { expect, test } from "@playwright/test";
import { delayRenewals, startCluster } from "./cluster";
import { failuresOf, get, isComplete } from "./requests";

const renewals = 20;

test("twenty renewals that each take Logto seconds delay no other page", async () => {
  test.setTimeout(120_000);
  const cluster = await startCluster(1, 0);
  const { control } = cluster;
  await control.change({ rotation: "always", graceInterval: 3 });
  const expiring = await cluster.signIn(...Array<string>(renewals).fill("alice"));
  await cluster.expire();
  const fresh = await cluster.signIn("bob");
  await control.forgetRequests();
  await delayRenewals(control, 5_000);

  const pages = [get("/dashboard", isComplete)];
  const order: string[] = [];
  const slow = failuresOf(expiring, renewals, pages);
  // As many renewals as there are locks. The app sends each of them twice, the second after 2 s.
  await expect.poll(cluster.refreshes).toBeGreaterThanOrEqual(5);
  await Promise.all([
    slow.then(() => order.push("those that are renewed")),
    failuresOf(fresh, 1, pages).then((failures) => order.push(`another one${failures.join("")}`)),
  ]);
  expect(order[0]).toBe("another one");
  expect(await slow).toEqual([]);

  // In the end all sessions are renewed, some of them by a later request. None is lost.
  await control.clearFaults();
  await expect
    .poll(async () => (await failuresOf(expiring, renewals, pages)).length, { timeout: 60_000 })
    .toBe(0);
  expect(cluster.log()).not.toContain("session ended");
  await cluster.stop();
});
