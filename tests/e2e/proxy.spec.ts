import { decodeJwt } from "jose";
import { apiResources, seedPeople } from "../../packages/logto-stand-in/src/seed";
import { expect, test } from "./proxied";
import { textOf } from "./raw-request";

const shopping = apiResources[0]?.indicator;
const alice = seedPeople.find(({ username }) => username === "alice");

test.use({ person: "alice" });

test("the API gets the user's access token in place of the cookies", async ({ api, context }) => {
  const headers = { authorization: "Bearer of-somebody-else" };
  const response = await context.request.get("/api/proxy/items?page=2", { headers });
  expect(await response.json()).toEqual({ method: "GET", url: "/v1/items?page=2" });

  const arrived = api.arrived.at(-1)?.headers ?? {};
  expect(arrived).not.toHaveProperty("cookie");
  const [scheme, token = ""] = arrived.authorization?.split(" ") ?? [];
  expect(scheme).toBe("Bearer");
  expect(decodeJwt(token)).toMatchObject({ aud: shopping, sub: alice?.id, scope: "read write" });
});

test("every method arrives, with its body", async ({ api, context }) => {
  for (const method of ["GET", "HEAD", "OPTIONS", "DELETE"]) {
    expect((await context.request.fetch("/api/proxy/items/7", { method })).status()).toBe(200);
    expect(api.arrived.at(-1)).toMatchObject({ method, url: "/v1/items/7", body: "" });
  }
  const data = { title: "Ümlaut" };
  const headers = { "content-type": "application/json", "content-length": "19" };
  for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
    const response = await context.request.fetch("/api/proxy/items/7", { method, data });
    expect(response.status()).toBe(200);
    expect(api.arrived.at(-1)).toMatchObject({ method, body: JSON.stringify(data), headers });
  }
});

test("an HTML page of the API runs no script on this app's origin", async ({ page }) => {
  const response = await page.goto("/api/proxy/page");
  expect(await response?.headerValue("content-security-policy")).toContain("sandbox");
  expect(await response?.allHeaders()).toMatchObject({
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
  });
  expect(await page.evaluate("self.origin")).toBe("null");
});

test("responses arrive compressed, early and on a second try", async ({ context: { request } }) => {
  const compressed = await request.get("/api/proxy/encoded?as=gzip");
  expect(await compressed.text()).toBe("in plain words");
  // The API has just closed the connection.
  await request.get("/api/proxy/items");
  const second = await request.get("/api/proxy/stale");
  expect(await second.json()).toEqual({ fresh: true });
  // The last request: the app closes the connection, because it does not read the rest.
  const data = Buffer.alloc(5_000_000);
  expect((await request.post("/api/proxy/too-large", { data })).status()).toBe(413);
});

/** Paths of each kind that `targetOf` rejects: its unit test has more. */
const rejected = ["..%2fadmin", "%2f%2fevil.example/x", "%252e%252e/admin", "items%00"];

/**
 * Paths that Next.js takes for other paths of this app or normalizes with a redirect, or that are
 * rejected before they reach the proxy.
 */
const notForwarded = ["items/../../admin", "%2e%2e/admin", "..\\admin", "items//admin", "%zz"];

test("a path that might lead out of the API stays within this app", async ({ api, app, send }) => {
  const before = api.arrived.length;
  for (const path of rejected) {
    const response = await send(`/api/proxy/${path}`);
    expect(response.statusCode, path).toBe(400);
    expect(JSON.parse(await textOf(response)), path).toMatchObject({ error: "bad_path" });
  }
  for (const path of notForwarded) {
    const response = (await send(`/api/proxy/${path}`)).resume();
    expect([308, 400, 404], path).toContain(response.statusCode);
    expect(new URL(response.headers.location ?? "/", app.url).origin, path).toBe(app.url);
  }
  expect(api.arrived.slice(before)).toEqual([]);
});

test("any other path reaches the API unchanged, below its base path", async ({ api, send }) => {
  for (const path of [
    "items/7/lines?page=2&sort=a&sort=b",
    "files/a%20b/%C3%BC.txt?q=%2F..%2F%20%2B",
    "@scope/name;v=1/a:b,c=d!$'()*+",
  ]) {
    expect(await textOf(await send(`/api/proxy/${path}`))).toContain('"GET"');
    expect(api.arrived.at(-1)?.url).toBe(`/v1/${path}`);
  }
});
