import { expect, signInByRequests, test } from "./stage";

test("an instance is live and ready, and says nothing more to strangers", async ({ context }) => {
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

test("without its issuer an instance is live but not ready, and the log says why; it recovers by itself", async ({
  context: { request },
  stage,
}) => {
  await stage.control.inject({
    endpoint: "discovery",
    when: "before",
    kind: "status",
    status: 503,
  });
  // A verdict is kept for five seconds.
  const status = async () => (await request.get("/api/health/ready")).status();
  await expect.poll(status).toBe(503);
  const refused = await request.get("/api/health/ready");
  expect(await refused.json()).toEqual({ status: "not_ready" });
  expect(stage.log()).toMatch(/"level":"error".*"issuer":".+"msg":"not ready"/);
  expect((await request.get("/api/health")).status()).toBe(200);

  await stage.control.clearFaults();
  await expect.poll(status).toBe(200);
});

test("an instance that is told to end answers first what it was asked", async ({
  context,
  own,
}) => {
  const { app, control } = own;
  await signInByRequests(context, "bob", { origin: app.url });
  await control.forgetRequests();
  await control.inject({ endpoint: "userinfo", when: "before", kind: "delay", delayMs: 1_000 });
  // Kept alive, the connection would keep the server for five seconds more.
  const answer = context.request.get(`${app.url}/profile`, { headers: { connection: "close" } });
  await expect.poll(async () => (await control.requests()).byEndpoint.userinfo).toBe(1);
  await app.stop();
  const response = await answer;
  expect(response.status()).toBe(200);
  expect(await response.text()).toContain("</html>");
});
