import { expect, test } from "./fixtures";
import { signInByRequests } from "./requests";

test("an instance reports live and ready, without its issuer is live but not ready, logs why, recovers by itself, and when stopped completes the requests it has received", async ({
  context,
  startOwn,
}) => {
  const { app, control } = await startOwn();
  const get = (path: string, headers = {}) => context.request.get(app.url + path, { headers });
  await control.inject({ endpoint: "discovery", when: "before", kind: "status", status: 503 });
  const notReady = await get("/api/health/ready");
  expect([notReady.status(), await notReady.json()]).toEqual([503, { status: "not_ready" }]);
  expect(app.log()).toMatch(/"level":"error".*"issuer":".+"msg":"not ready"/);
  const live = await get("/api/health");
  expect([live.status(), await live.json()]).toEqual([200, { status: "live" }]);
  await control.clearFaults();
  // A result is cached for 5 s.
  await expect.poll(async () => (await get("/api/health/ready")).status()).toBe(200);
  const ready = await get("/api/health/ready");
  expect(await ready.json()).toEqual({ status: "ready" });
  for (const response of [notReady, live, ready])
    expect(response.headers()["cache-control"]).toBe("no-store");

  await signInByRequests(context, "bob", { origin: app.url });
  await control.forgetRequests();
  await control.inject({ endpoint: "userinfo", when: "before", kind: "delay", delayMs: 1_000 });
  // A keep-alive connection would keep the server running for 5 s more.
  const pending = get("/profile", { connection: "close" });
  await expect.poll(async () => (await control.requests()).byEndpoint.userinfo).toBe(1);
  await app.stop();
  const response = await pending;
  expect(response.status()).toBe(200);
  expect(await response.text()).toContain("</html>");
});
