import { expect, signInByRequests, test } from "./stage";

test("a healthy instance reports live and ready, and nothing more", async ({ context }) => {
  for (const [path, status] of [
    ["/api/health", "live"],
    ["/api/health/ready", "ready"],
  ] as const) {
    const response = await context.request.get(path);
    expect(response.status()).toBe(200);
    expect(await response.json()).toEqual({ status });
    expect(response.headers()["cache-control"]).toBe("no-store");
  }
});

test("an instance without its issuer is live but not ready, logs why, recovers by itself, and when stopped completes the requests it has received", async ({
  context,
  own,
}) => {
  const { app, control } = own;
  const get = (path: string, headers = {}) => context.request.get(app.url + path, { headers });
  await control.inject({ endpoint: "discovery", when: "before", kind: "status", status: 503 });
  const notReady = await get("/api/health/ready");
  expect(notReady.status()).toBe(503);
  expect(await notReady.json()).toEqual({ status: "not_ready" });
  expect(app.log()).toMatch(/"level":"error".*"issuer":".+"msg":"not ready"/);
  expect((await get("/api/health")).status()).toBe(200);
  await control.clearFaults();
  // A result is cached for 5 s.
  await expect.poll(async () => (await get("/api/health/ready")).status()).toBe(200);

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
