import { expect, test, textOf } from "./proxied";

/** Some of the paths that `targetOf` rejects: its unit test has more. */
const rejected = [
  "..%2fadmin",
  "%2e%2e%2fetc%2fpasswd",
  "..%5cadmin",
  "%2f%2fevil.example/x",
  "https:/evil.example/x",
  "%252e%252e/admin",
  "items/..;a=b/..;/admin",
  "items%00",
  "items%0d%0aHost:%20evil.example",
  "%ef%bc%8e%ef%bc%8e/admin",
  "%20../admin",
];

test("rejects a path that leads, or might lead, out of the API", async ({ api, send }) => {
  const before = api.arrived.length;
  for (const path of rejected) {
    const response = await send(`/api/proxy/${path}`);
    expect([path, response.statusCode, JSON.parse(await textOf(response))]).toMatchObject([
      path,
      400,
      { error: "bad_path" },
    ]);
  }
  expect(api.arrived.slice(before)).toEqual([]);
});

/**
 * Paths that Next.js takes for other paths of this app or normalizes with a redirect, or that are
 * rejected before they reach the proxy.
 */
const notForwarded = [
  "../admin",
  "items/../../admin",
  "items/..",
  ".",
  "%2e%2e/admin",
  "items/%2E%2e/%2e%2E/admin",
  "..\\admin",
  "\\\\evil.example\\x",
  "/evil.example/x",
  "https://evil.example/x",
  "items//admin",
  "%c0%ae%c0%ae/admin",
  "%zz",
];

test("a path that does not reach the proxy stays within this app", async ({ api, app, send }) => {
  const before = api.arrived.length;
  for (const path of notForwarded) {
    const response = (await send(`/api/proxy/${path}`)).resume();
    expect([308, 400, 404], path).toContain(response.statusCode);
    expect(new URL(response.headers.location ?? "/", app.url).origin, path).toBe(app.url);
  }
  expect(api.arrived.slice(before)).toEqual([]);
});

test("any other path reaches the API unchanged, below the API's base path", async ({
  api,
  send,
}) => {
  const paths = [
    "items",
    "items/7/lines?page=2&sort=a&sort=b",
    "files/a%20b/%C3%BC.txt?q=%2F..%2F%20%2B",
    "users/alice@example.com",
    "@scope/name;v=1/a:b,c=d!$'()*+",
    "100%25",
  ];
  for (const path of paths) {
    expect(await textOf(await send(`/api/proxy/${path}`))).toContain('"GET"');
    expect(api.arrived.at(-1)?.url).toBe(`/v1/${path}`);
  }
});
