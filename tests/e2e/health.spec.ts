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

test("while the issuer fails an instance is live but not ready, logs why, and recovers by itself", async ({
  context: { request },
  stage,
}) => {
  await stage.control.inject({
    endpoint: "discovery",
    when: "before",
    kind: "status",
    status: 503,
  });
  // A result is cached for 5 s.
  const status = async () => (await request.get("/api/health/ready")).status();
  await expect.poll(status).toBe(503);
  const notReady = await request.get("/api/health/ready");
  expect(await notReady.json()).toEqual({ status: "not_ready" });
  expect(stage.log()).toMatch(/"level":"error".*"issuer":".+"msg":"not ready"/);
  expect((await request.get("/api/health")).status()).toBe(200);

  await stage.control.clearFaults();
  await expect.poll(status).toBe(200);
});

test("an instance that is stopped first completes the requests it has received", async ({
  context,
  own,
}) => {
  const { app, control } = own;
  await signInByRequests(context, "bob", { origin: app.url });
  await control.forgetRequests();
  await control.inject({ endpoint: "userinfo", when: "before", kind: "delay", delayMs: 1_000 });
  // A keep-alive connection would keep the server running for 5 s more.
  const pending = context.request.get(`${app.url}/profile`, { headers: { connection: "close" } });
  await expect.poll(async () => (await control.requests()).byEndpoint.userinfo).toBe(1);
  await app.stop();
  const response = await pending;
  expect(response.status()).toBe(200);
  expect(await response.text()).toContain("</html>");
});
