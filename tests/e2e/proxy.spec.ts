import { decodeJwt } from "jose";
import { apiResources, seedPeople } from "../../packages/logto-stand-in/src/seed";
import { expect, test } from "./proxied";

const shopping = apiResources[0]?.indicator;
const alice = seedPeople.find(({ username }) => username === "alice");

test("the API gets the user's access token for it, but no cookies, credentials or origin of the browser", async ({
  api,
  context,
}) => {
  const headers = {
    accept: "application/json",
    "accept-language": "ko",
    authorization: "Bearer of-somebody-else",
    "idempotency-key": "7",
    range: "bytes=0-9",
    "x-api-key": "secret",
    "x-forwarded-for": "10.0.0.1",
    "x-http-method-override": "DELETE",
  };
  const response = await context.request.get("/api/proxy/items?page=2", { headers });
  expect(await response.json()).toEqual({ method: "GET", url: "/v1/items?page=2" });

  const arrived = api.arrived.at(-1)?.headers ?? {};
  const [scheme, token = ""] = arrived.authorization?.split(" ") ?? [];
  expect(scheme).toBe("Bearer");
  expect(decodeJwt(token)).toMatchObject({ aud: shopping, sub: alice?.id, scope: "read write" });
  const { accept, "accept-language": language, "idempotency-key": key, range } = arrived;
  expect({ accept, "accept-language": language, "idempotency-key": key, range }).toEqual({
    accept: headers.accept,
    "accept-language": "ko",
    "idempotency-key": "7",
    range: "bytes=0-9",
  });
  const removed = [
    "cookie",
    "x-api-key",
    "x-forwarded-for",
    "x-http-method-override",
    "origin",
    "referer",
  ];
  expect(removed.filter((name) => name in arrived)).toEqual([]);
});

test("every method arrives, with its body", async ({ api, context }) => {
  for (const method of ["GET", "HEAD", "OPTIONS", "DELETE"]) {
    expect((await context.request.fetch("/api/proxy/items/7", { method })).status()).toBe(200);
    expect(api.arrived.at(-1)).toMatchObject({ method, url: "/v1/items/7", body: "" });
  }
  for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
    const data = { title: "Ümlaut" };
    expect((await context.request.fetch("/api/proxy/items/7", { method, data })).status()).toBe(
      200,
    );
    expect(api.arrived.at(-1)).toMatchObject({ method, body: JSON.stringify(data) });
    const headers = api.arrived.at(-1)?.headers;
    expect(headers).toMatchObject({ "content-type": "application/json", "content-length": "19" });
  }
});

test("the browser gets the response, but no cookies, no CORS headers and nothing to cache", async ({
  context,
}) => {
  const response = await context.request.post("/api/proxy/created");
  expect(response.status()).toBe(201);
  expect(await response.json()).toEqual({ created: true });
  const headers = response.headers();
  expect(headers).toMatchObject({
    "cache-control": "private, no-store",
    "content-type": "application/json",
    etag: '"7"',
    location: "/api/proxy/items/7?a=b",
  });
  const removed = ["set-cookie", "access-control-allow-origin", "access-control-allow-credentials"];
  expect([...removed, "clear-site-data", "x-powered-by"].filter((name) => name in headers)).toEqual(
    [],
  );
});

test("an HTML page of the API runs no script on this app's origin", async ({ page, stage }) => {
  const response = await page.goto("/api/proxy/page");
  expect(await response?.headerValue("content-security-policy")).toContain("sandbox");
  expect(await response?.allHeaders()).toMatchObject({
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
  });
  expect(await page.evaluate("self.origin")).toBe("null");
  expect(page.url()).toBe(`${stage.url}/api/proxy/page`);
});

test("a rejection by the API is passed on unchanged, but opens no dialog for a password", async ({
  context,
}) => {
  const rejected = await context.request.get("/api/proxy/refused");
  expect(rejected.status()).toBe(401);
  expect(rejected.headers()["www-authenticate"]).toBe('Bearer error="invalid_token"');
  expect(await rejected.json()).toEqual({ error: "invalid_token" });
  const head =
    'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="api"\r\nContent-Length: 2\r\n\r\nno';
  const basic = await context.request.get(`/api/proxy/raw?answer=${encodeURIComponent(head)}`);
  const shown = [basic.status(), basic.headers()["www-authenticate"], await basic.text()];
  expect(shown).toEqual([401, "Bearer", "no"]);
  const data = Buffer.alloc(5_000_000);
  const unread = await context.request.post("/api/proxy/too-large", { data });
  expect(unread.status(), "although the API did not read the upload").toBe(413);
});

test("a response arrives as it is meant: compressed, unchanged, without a body, or on a second try", async ({
  context,
}) => {
  const { request } = context;
  const compressed = await request.get("/api/proxy/encoded?as=gzip");
  expect(await compressed.text()).toBe("in plain words");
  const headers = { "if-none-match": '"7"' };
  const unchanged = await request.get("/api/proxy/unchanged", { headers });
  expect([unchanged.status(), unchanged.headers().etag]).toEqual([304, '"7"']);
  const nothing = await request.delete("/api/proxy/nothing");
  expect([nothing.status(), await nothing.text()]).toEqual([204, ""]);
  // The API has just closed the connection.
  await request.get("/api/proxy/items");
  const second = await request.get("/api/proxy/stale");
  expect(await second.json()).toEqual({ fresh: true });
});

test("a redirect within the API stays within the proxy, and a redirect elsewhere is not passed on", async ({
  api,
  context,
}) => {
  const redirected = (to: string) =>
    context.request.get(`/api/proxy/redirect?to=${encodeURIComponent(to)}`, { maxRedirects: 0 });
  for (const to of ["items/7?a=b", "/v1/items/7?a=b", `${api.url}/items/7?a=b`]) {
    const response = await redirected(to);
    expect([response.status(), response.headers().location]).toEqual([
      302,
      "/api/proxy/items/7?a=b",
    ]);
  }
  for (const to of [
    "https://evil.example/",
    "//evil.example",
    "/admin",
    "../x",
    "javascript:alert(1)",
  ]) {
    const response = await redirected(to);
    expect([to, response.status(), response.headers().location]).toEqual([to, 502, undefined]);
    expect(await response.json()).toMatchObject({ error: "api_redirects_elsewhere" });
  }
});

test("returns 502 if the API closes the connection before it responds", async ({
  context,
  stage,
}) => {
  const response = await context.request.get("/api/proxy/reset");
  expect(response.status()).toBe(502);
  expect(await response.json()).toEqual({
    error: "api_unavailable",
    message: "The API can't be reached. Try again in a moment.",
  });
  expect(stage.log()).toContain("the API can't be reached");
});
