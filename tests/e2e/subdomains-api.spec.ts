import { randomBytes } from "node:crypto";
import { type APIRequestContext, test as base, expect } from "@playwright/test";
import { exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT, UnsecuredJWT } from "jose";
import { closeServer, listen } from "../../packages/logto-stand-in/src/listen";
import { encodeSession } from "@/lib/session/stores/codec";
import type { Session } from "@/lib/session/model/session";
import { session } from "../unit/sessions";
import { type NestApi, startNestApi } from "./nest-api";

const appOrigin = "http://app.starter.test:3000";
const otherOrigin = "https://partner.example.com";
const resource = "https://shopping.example.com/api";
const cookieName = "authjs.session-token";
const [secret, oldSecret] = [
  randomBytes(32).toString("base64"),
  randomBytes(32).toString("base64"),
];
const writes = ["POST", "PUT", "PATCH", "DELETE"];
const methods = ["GET", "HEAD", ...writes];
const seconds = () => Math.floor(Date.now() / 1000);

/** The part of Logto that an API needs: its keys. */
async function startKeys() {
  const { publicKey, privateKey } = await generateKeyPair("ES384");
  const keys = [{ ...(await exportJWK(publicKey)), kid: "one", alg: "ES384", use: "sig" }];
  const { port, servers } = await listen(0, (_, response) =>
    response.end(JSON.stringify({ keys })),
  );
  return {
    issuer: `http://localhost:${port}/oidc`,
    publicKey,
    privateKey,
    close: () => servers.map(closeServer),
  };
}
type Keys = Awaited<ReturnType<typeof startKeys>>;

interface TokenChanges {
  claims?: Record<string, unknown>;
  header?: Partial<JWTHeaderParameters>;
  key?: CryptoKey | Uint8Array;
}

/** An access token as Logto issues it (Logto facts: tokens), with a test's changes. */
async function accessToken(
  { issuer, privateKey }: Keys,
  { claims, header, key = privateKey }: TokenChanges = {},
) {
  const payload = {
    iss: issuer,
    aud: resource,
    sub: "k3v9t2m8qx1a",
    scope: "read",
    client_id: "native-app",
  };
  const times = { iat: seconds(), exp: seconds() + 3600 };
  return new SignJWT({ ...payload, ...times, ...claims })
    .setProtectedHeader({ alg: "ES384", typ: "at+jwt", kid: "one", ...header })
    .sign(key);
}

const test = base.extend<object, { keys: Keys; api: NestApi }>({
  keys: [
    async ({}, use) => {
      const keys = await startKeys();
      await use(keys);
      await Promise.all(keys.close());
    },
    { scope: "worker" },
  ],
  api: [
    async ({ keys }, use) => {
      const api = await startNestApi({
        AUTH_URL: appOrigin,
        AUTH_SECRET: oldSecret,
        AUTH_SECRET_1: secret,
        AUTH_LOGTO_ISSUER: keys.issuer,
        API_RESOURCE: resource,
        CORS_ORIGINS: otherOrigin,
      });
      await use(api);
      await api.stop();
      expect(api.log()).toMatch(/^The API listens on port \d+\n$/);
    },
    { scope: "worker" },
  ],
});

// The tests use the same server.
test.describe.configure({ mode: "default" });

const encoded = (changes: Partial<Session> = {}, by = secret) =>
  encodeSession(session(changes), [by], cookieName);

/** The cookies into which the app splits a long value. */
const chunked = (value: string) =>
  (value.match(/.{1,3936}/g) ?? [])
    .map((chunk, index) => `${cookieName}.${index}=${chunk}`)
    .join("; ");

const withCookie = (cookie: string) => ({ headers: { cookie } });
const me = (request: APIRequestContext, api: NestApi, cookie: string) =>
  request.get(`${api.url}/me`, withCookie(cookie));

test.describe("the app's session cookie", () => {
  const large = {
    claims: { sub: "k3v9t2m8qx1a", name: "Alice Kim", custom: randomBytes(1_900).toString("hex") },
  };

  const readable: Record<string, () => Promise<string>> = {
    "as the app writes it": async () => `${cookieName}=${await encoded()}`,
    "made with an older secret": async () => `${cookieName}=${await encoded({}, oldSecret)}`,
    "in chunks": async () => chunked(await encoded(large)),
    "beside an older one that can't be read": async () =>
      `${cookieName}=garbage; ${cookieName}=${await encoded()}`,
    "beside the chunks of an older one": async () =>
      `${chunked((await encoded(large)).slice(0, -9))}; ${cookieName}=${await encoded()}`,
    "in chunks beside those of an older one": async () =>
      `${chunked(await encoded(large, "another secret"))}; ${chunked(await encoded(large))}`,
  };
  for (const [how, cookie] of Object.entries(readable))
    test(`identifies the caller: ${how}`, async ({ request, api }) => {
      const response = await me(request, api, await cookie());
      expect(await response.json()).toMatchObject({
        via: "session",
        subject: "k3v9t2m8qx1a",
        name: "Alice Kim",
      });
      expect(response.headers()).toMatchObject({ "cache-control": "private, no-store" });
    });

  test("is the one that started last if two can be read", async ({ request, api }) => {
    const [older, newer] = [
      await encoded({ subject: "bob", startedAt: 1 }),
      await encoded({ subject: "carol" }),
    ];
    for (const values of [
      [older, newer],
      [newer, older],
    ]) {
      const response = await me(
        request,
        api,
        values.map((value) => `${cookieName}=${value}`).join("; "),
      );
      expect(await response.json()).toMatchObject({ subject: "carol" });
    }
  });

  test("is required: a request without it gets a 401", async ({ request, api }) => {
    const response = await me(request, api, "theme=dark");
    expect(await response.json()).toEqual({ statusCode: 401, message: "No session token" });
    expect(response.status()).toBe(401);
    expect(response.headers()["www-authenticate"]).toBe("Bearer");
  });

  const invalid: Record<string, () => Promise<string>> = {
    "not a session": () => Promise.resolve(`${cookieName}=garbage`),
    "made with another secret": async () =>
      `${cookieName}=${await encoded({}, randomBytes(32).toString("base64"))}`,
    "made for another cookie name": async () =>
      `${cookieName}=${await encodeSession(session(), [secret], `__Secure-${cookieName}`)}`,
    "tampered with": async () => `${cookieName}=${(await encoded()).replace(/.{4}$/, "AAAA")}`,
    expired: async () => `${cookieName}=${await encoded({ exp: seconds() - 60 })}`,
    "lacking a chunk": async () => chunked(await encoded(large)).replace(/; [^;]*$/, ""),
  };
  for (const [what, cookie] of Object.entries(invalid))
    test(`is rejected if it is ${what}`, async ({ request, api }) => {
      const response = await me(request, api, await cookie());
      expect(await response.json()).toEqual({ statusCode: 401, message: "Invalid session" });
      expect(response.status()).toBe(401);
    });

  test("gives access to an organization to its members only", async ({ request, api }) => {
    const claims = {
      sub: "alice",
      organizations: ["acme"],
      organization_roles: ["acme:admin", "globex:admin"],
    };
    const options = withCookie(`${cookieName}=${await encoded({ claims })}`);
    const statusOf = async (id: string) =>
      (await request.get(`${api.url}/me/organizations/${id}`, options)).status();
    expect(await statusOf("acme")).toBe(200);
    for (const id of ["globex", "acm", "acme%20", "constructor", "__proto__"])
      expect(await statusOf(id)).toBe(403);
    expect(await statusOf("%zz")).toBe(400);
  });

  const foreign: Record<string, string>[] = [
    { origin: "https://evil.example.com" },
    { origin: "http://other.starter.test:3000" },
    { origin: "null" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ];
  test("changes nothing for a page of another origin", async ({ request, api }) => {
    const cookie = `${cookieName}=${await encoded()}`;
    const products = async () =>
      (await request.get(`${api.url}/products`, withCookie(cookie))).text();
    const before = await products();
    for (const headers of foreign)
      for (const method of writes) {
        const response = await request.fetch(
          `${api.url}/products${method === "POST" ? "" : "/x"}`,
          { method, headers: { cookie, ...headers }, data: { name: "Stolen", price: 0 } },
        );
        expect([headers, method, response.status()]).toEqual([headers, method, 403]);
      }
    expect(await products()).toBe(before);
  });

  test("lets the app's pages write what the user's role allows", async ({ request, api }) => {
    const headers = { cookie: `${cookieName}=${await encoded()}`, origin: appOrigin };
    const send = (method: string, url: string, data?: unknown, more = {}) =>
      request.fetch(url, { method, headers: { ...headers, ...more }, data });
    const statusOf = async (...sent: Parameters<typeof send>) => (await send(...sent)).status();
    const products = `${api.url}/products`;
    const added = await send("POST", products, { name: "Tea", price: 450 });
    expect(added.status()).toBe(201);
    const tea: unknown = await added.json();
    expect(tea).toMatchObject({ name: "Tea", price: 450 });
    const url = `${products}/${String(Reflect.get(Object(tea), "id"))}`;
    const changed = await send("PATCH", url, { price: 500 });
    expect(await changed.json()).toMatchObject({ name: "Tea", price: 500 });
    expect(await statusOf("PUT", url, { name: "Rooibos", price: 300 })).toBe(200);
    expect(await statusOf("PUT", url, { name: "" })).toBe(400);
    expect(await statusOf("PUT", url, { name: "x".repeat(200_000), price: 1 })).toBe(413);
    const json = { "content-type": "application/json" };
    expect(await statusOf("PUT", url, Buffer.from("{"), json)).toBe(400);
    expect(await statusOf("DELETE", url)).toBe(204);
    expect(await statusOf("DELETE", url)).toBe(404);

    const viewer = await encoded({ claims: { sub: "carol", roles: ["viewer"] } });
    const cookie = { cookie: `${cookieName}=${viewer}` };
    expect(await statusOf("POST", products, { name: "Tea", price: 1 }, cookie)).toBe(403);
  });
});

test.describe("an access token", () => {
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

  test("identifies the caller, and takes precedence over a cookie", async ({
    request,
    api,
    keys,
  }) => {
    const response = await request.get(
      `${api.url}/me`,
      bearer(await accessToken(keys, { claims: { scope: "read write" } })),
    );
    expect(await response.json()).toEqual({
      via: "bearer",
      subject: "k3v9t2m8qx1a",
      scopes: ["read", "write"],
    });
    const headers = { authorization: "Bearer x", cookie: `${cookieName}=${await encoded()}` };
    expect((await request.get(`${api.url}/me`, { headers })).status()).toBe(401);
  });

  const rejected: Record<string, (keys: Keys) => TokenChanges | Promise<TokenChanges>> = {
    "from another issuer": () => ({ claims: { iss: "https://other.example.com/oidc" } }),
    "for another API": () => ({ claims: { aud: "https://store.example.com/api" } }),
    "for an organization": () => ({ claims: { aud: "urn:logto:organization:r6f1s9e4ok2m" } }),
    expired: () => ({ claims: { exp: seconds() - 60 } }),
    "without an expiry": () => ({ claims: { exp: undefined } }),
    "without a subject": () => ({ claims: { sub: undefined } }),
    "an id_token": () => ({ header: { typ: "JWT" } }),
    "without a type": () => ({ header: { typ: undefined } }),
    "signed with a key that Logto does not have": async () => ({
      key: (await generateKeyPair("ES384")).privateKey,
    }),
    "labelled with another key id": () => ({ header: { kid: "two" } }),
    "signed with another algorithm": async () => ({
      header: { alg: "ES256" },
      key: (await generateKeyPair("ES256")).privateKey,
    }),
    "signed with the public key as a secret": async ({ publicKey }) => ({
      header: { alg: "HS256" },
      key: new TextEncoder().encode(JSON.stringify(await exportJWK(publicKey))),
    }),
  };
  for (const [what, changesOf] of Object.entries(rejected))
    test(`is rejected if it is ${what}`, async ({ request, api, keys }) => {
      const response = await request.get(
        `${api.url}/me`,
        bearer(await accessToken(keys, await changesOf(keys))),
      );
      expect(response.status()).toBe(401);
      expect(response.headers()["www-authenticate"]).toBe('Bearer error="invalid_token"');
    });

  test("for an organization is valid for this organization only", async ({
    request,
    api,
    keys,
  }) => {
    const claims = { scope: "read write", organization_id: "acme" };
    const ofAcme = bearer(await accessToken(keys, { claims }));
    const get = async (path: string, options: typeof ofAcme) => {
      const response = await request.get(`${api.url}/${path}`, options);
      return [response.status(), response.headers()["www-authenticate"]];
    };
    for (const path of ["me", "products", "me/organizations/globex", "me/organizations/undefined"])
      expect([path, ...(await get(path, ofAcme))]).toEqual([path, 403, undefined]);
    const added = await request.post(`${api.url}/products`, {
      ...ofAcme,
      data: { name: "Tea", price: 1 },
    });
    expect(added.status()).toBe(403);
    const response = await request.get(`${api.url}/me/organizations/acme`, ofAcme);
    expect(await response.json()).toMatchObject({ via: "bearer", organizationId: "acme" });
    const ofTenant = bearer(await accessToken(keys));
    expect((await get("me/organizations/acme", ofTenant))[0]).toBe(403);
    for (const organization_id of ["", 7, null, ["acme"]]) {
      const odd = bearer(await accessToken(keys, { claims: { organization_id } }));
      expect(await get("me", odd)).toEqual([401, 'Bearer error="invalid_token"']);
    }
  });

  test("is rejected if it is opaque or unsigned", async ({ request, api, keys }) => {
    const unsigned = new UnsecuredJWT({ iss: keys.issuer, aud: resource, sub: "alice" })
      .setExpirationTime("1h")
      .encode();
    for (const token of [unsigned, randomBytes(32).toString("base64url")])
      expect((await request.get(`${api.url}/me`, bearer(token))).status()).toBe(401);
  });

  test("allows what is in its scope, from any origin", async ({ request, api, keys }) => {
    const data = { name: "Coffee", price: 900 };
    const reader = await request.post(`${api.url}/products`, {
      ...bearer(await accessToken(keys)),
      data,
    });
    expect(reader.status()).toBe(403);
    expect(reader.headers()["www-authenticate"]).toBe(
      'Bearer error="insufficient_scope", scope="write"',
    );
    const { headers } = bearer(await accessToken(keys, { claims: { scope: "write" } }));
    const writer = await request.post(`${api.url}/products`, {
      headers: { ...headers, origin: "null" },
      data,
    });
    expect(writer.status()).toBe(201);
    expect((await request.get(`${api.url}/products`, { headers })).status()).toBe(403);
  });

  test("is neither accepted nor rejected while Logto's keys can't be read", async ({
    request,
    keys,
  }) => {
    const { port, servers } = await listen(0, (_, response) => response.writeHead(500).end());
    const issuer = `http://localhost:${port}/oidc`;
    const api = await startNestApi({
      AUTH_URL: appOrigin,
      AUTH_SECRET: secret,
      AUTH_LOGTO_ISSUER: issuer,
      API_RESOURCE: resource,
    });
    try {
      const response = await request.get(
        `${api.url}/me`,
        bearer(await accessToken(keys, { claims: { iss: issuer } })),
      );
      expect(response.status()).toBe(503);
      expect(response.headers()["retry-after"]).toBe("5");
      expect((await me(request, api, `${cookieName}=${await encoded()}`)).status()).toBe(200);
      await expect.poll(() => api.log()).toContain("unavailable: Logto's keys can't be read");
    } finally {
      await api.stop();
      await Promise.all(servers.map(closeServer));
    }
  });
});

test.describe("CORS", () => {
  const corsHeaders = (headers: Record<string, string>) =>
    Object.keys(headers).filter((name) => name.startsWith("access-control-"));

  test("lets the pages of each listed origin use every method, with credentials", async ({
    request,
    api,
  }) => {
    for (const origin of [appOrigin, otherOrigin])
      for (const method of methods) {
        const headers = {
          origin,
          "access-control-request-method": method,
          "access-control-request-headers": "authorization,content-type",
        };
        const preflight = await request.fetch(`${api.url}/products`, {
          method: "OPTIONS",
          headers,
        });
        expect(preflight.status()).toBe(204);
        expect(preflight.headers()).toMatchObject({
          "access-control-allow-origin": origin,
          "access-control-allow-credentials": "true",
          "access-control-allow-methods": methods.join(","),
          "access-control-allow-headers": "content-type,authorization",
          vary: expect.stringContaining("Origin"),
        });
        const response = await request.fetch(`${api.url}/me`, { headers: { origin } });
        expect(response.headers()).toMatchObject({
          "access-control-allow-origin": origin,
          "access-control-allow-credentials": "true",
        });
      }
  });

  test("allows nothing to other origins", async ({ request, api }) => {
    const withoutPort = "http://app.starter.test";
    const sibling = "http://other.starter.test:3000";
    for (const origin of ["https://evil.example.com", withoutPort, sibling, "null", "*"])
      for (const method of ["OPTIONS", "GET"]) {
        const headers = { origin, "access-control-request-method": "POST" };
        const response = await request.fetch(`${api.url}/me`, { method, headers });
        expect(corsHeaders(response.headers()), origin).toEqual([]);
        expect(response.headers().vary).toContain("Origin");
      }
  });
});

test("without its variables the API server exits with a list of them", async () => {
  await expect(startNestApi({})).rejects.toThrow(
    /The configuration is not complete:\s+AUTH_URL +is missing\s+AUTH_LOGTO_ISSUER +is missing/,
  );
});
