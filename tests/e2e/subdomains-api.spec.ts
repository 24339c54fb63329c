import { randomBytes } from "node:crypto";
import { type APIRequestContext, test as base, expect } from "@playwright/test";
import { exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT, UnsecuredJWT } from "jose";
import { closeServer, listen } from "../../dev/identity/listen";
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

/** Logto as far as an API needs it: its keys. */
async function startKeys() {
  const { publicKey, privateKey } = await generateKeyPair("ES384");
  const keys = [{ ...(await exportJWK(publicKey)), kid: "one", alg: "ES384", use: "sig" }];
  const { port, servers } = await listen(0, (_, answer) => answer.end(JSON.stringify({ keys })));
  return {
    issuer: `http://localhost:${port}/oidc`,
    publicKey,
    privateKey,
    close: () => servers.map(closeServer),
  };
}
type Keys = Awaited<ReturnType<typeof startKeys>>;

interface Wish {
  claims?: Record<string, unknown>;
  header?: Partial<JWTHeaderParameters>;
  key?: CryptoKey | Uint8Array;
}

/** An access token as Logto makes it (Logto facts: tokens), with what a test has otherwise. */
async function accessToken(
  { issuer, privateKey }: Keys,
  { claims, header, key = privateKey }: Wish = {},
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

// They share the server.
test.describe.configure({ mode: "default" });

const encoded = (changes: Partial<Session> = {}, by = secret) =>
  encodeSession(session(changes), [by], cookieName);

/** As the app cuts a long one. */
const chunked = (value: string) =>
  (value.match(/.{1,3936}/g) ?? [])
    .map((chunk, index) => `${cookieName}.${index}=${chunk}`)
    .join("; ");

const withCookie = (cookie: string) => ({ headers: { cookie } });
const me = (request: APIRequestContext, api: NestApi, cookie: string) =>
  request.get(`${api.url}/me`, withCookie(cookie));

test.describe("the app's session cookie @jwt", () => {
  const large = {
    claims: { sub: "k3v9t2m8qx1a", name: "Alice Kim", custom: randomBytes(2_000).toString("hex") },
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
    test(`says who calls: ${how}`, async ({ request, api }) => {
      const answer = await me(request, api, await cookie());
      expect(await answer.json()).toMatchObject({
        via: "session",
        subject: "k3v9t2m8qx1a",
        name: "Alice Kim",
      });
      expect(answer.headers()).toMatchObject({ "cache-control": "private, no-store" });
    });

  test("of two that can be read is the one that began last", async ({ request, api }) => {
    const [older, newer] = [
      await encoded({ subject: "bob", startedAt: 1 }),
      await encoded({ subject: "carol" }),
    ];
    for (const values of [
      [older, newer],
      [newer, older],
    ]) {
      const answer = await me(
        request,
        api,
        values.map((value) => `${cookieName}=${value}`).join("; "),
      );
      expect(await answer.json()).toMatchObject({ subject: "carol" });
    }
  });

  test("is asked for where there is none", async ({ request, api }) => {
    const answer = await me(request, api, "theme=dark");
    expect(await answer.json()).toEqual({ statusCode: 401, message: "No session token" });
    expect(answer.status()).toBe(401);
    expect(answer.headers()["www-authenticate"]).toBe("Bearer");
  });

  const invalid: Record<string, () => Promise<string>> = {
    "what is none": () => Promise.resolve(`${cookieName}=garbage`),
    "one of another secret": async () =>
      `${cookieName}=${await encoded({}, randomBytes(32).toString("base64"))}`,
    "one of another cookie's name": async () =>
      `${cookieName}=${await encodeSession(session(), [secret], `__Secure-${cookieName}`)}`,
    "a tampered one": async () => `${cookieName}=${(await encoded()).replace(/.{4}$/, "AAAA")}`,
    "an expired one": async () => `${cookieName}=${await encoded({ exp: seconds() - 60 })}`,
    "one that lacks a chunk": async () => chunked(await encoded(large)).replace(/; [^;]*$/, ""),
  };
  for (const [what, cookie] of Object.entries(invalid))
    test(`lets nobody in by ${what}`, async ({ request, api }) => {
      const answer = await me(request, api, await cookie());
      expect(await answer.json()).toEqual({ statusCode: 401, message: "Invalid session" });
      expect(answer.status()).toBe(401);
    });

  test("is looked for no longer where a request brings thousands of chunks", async ({
    request,
    api,
  }) => {
    const chunks = Array.from({ length: 400 }, (_, index) => `${cookieName}.${index % 8}=${index}`);
    const cookie = [...chunks, `${cookieName}=${await encoded()}`].join("; ");
    expect(await (await me(request, api, cookie)).json()).toMatchObject({
      subject: "k3v9t2m8qx1a",
    });
  });

  test("opens an organization to its members only", async ({ request, api }) => {
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
  for (const headers of foreign)
    test(`changes nothing for a page of ${JSON.stringify(headers)}`, async ({ request, api }) => {
      const cookie = `${cookieName}=${await encoded()}`;
      const before = await (await request.get(`${api.url}/products`, withCookie(cookie))).json();
      for (const method of writes) {
        const path = method === "POST" ? "products" : "products/x";
        const answer = await request.fetch(`${api.url}/${path}`, {
          method,
          headers: { cookie, ...headers },
          data: { name: "Stolen", price: 0 },
        });
        expect(answer.status()).toBe(403);
      }
      expect(await (await request.get(`${api.url}/products`, withCookie(cookie))).json()).toEqual(
        before,
      );
    });

  test("lets the app's pages write what its user's role allows", async ({ request, api }) => {
    const headers = { cookie: `${cookieName}=${await encoded()}`, origin: appOrigin };
    const added = await request.post(`${api.url}/products`, {
      headers,
      data: { name: "Tea", price: 450 },
    });
    expect(added.status()).toBe(201);
    const tea: unknown = await added.json();
    expect(tea).toMatchObject({ name: "Tea", price: 450 });
    const url = `${api.url}/products/${String(Reflect.get(Object(tea), "id"))}`;
    expect(
      await (await request.patch(url, { headers, data: { price: 500 } })).json(),
    ).toMatchObject({
      name: "Tea",
      price: 500,
    });
    expect(
      (await request.put(url, { headers, data: { name: "Rooibos", price: 300 } })).status(),
    ).toBe(200);
    expect((await request.put(url, { headers, data: { name: "" } })).status()).toBe(400);
    const large = { name: "x".repeat(200_000), price: 1 };
    expect((await request.put(url, { headers, data: large })).status()).toBe(413);
    const broken = {
      headers: { ...headers, "content-type": "application/json" },
      data: Buffer.from("{"),
    };
    expect((await request.put(url, broken)).status()).toBe(400);
    expect((await request.delete(url, { headers })).status()).toBe(204);
    expect((await request.delete(url, { headers })).status()).toBe(404);

    const viewer = await encoded({ claims: { sub: "carol", roles: ["viewer"] } });
    const options = {
      headers: { ...headers, cookie: `${cookieName}=${viewer}` },
      data: { name: "Tea", price: 1 },
    };
    expect((await request.post(`${api.url}/products`, options)).status()).toBe(403);
  });
});

test.describe("an access token @jwt", () => {
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

  test("says who calls, and decides where there is a cookie too", async ({
    request,
    api,
    keys,
  }) => {
    const answer = await request.get(
      `${api.url}/me`,
      bearer(await accessToken(keys, { claims: { scope: "read write" } })),
    );
    expect(await answer.json()).toEqual({
      via: "bearer",
      subject: "k3v9t2m8qx1a",
      scopes: ["read", "write"],
    });
    const headers = { authorization: "Bearer x", cookie: `${cookieName}=${await encoded()}` };
    expect((await request.get(`${api.url}/me`, { headers })).status()).toBe(401);
  });

  const refused: Record<string, (keys: Keys) => Wish | Promise<Wish>> = {
    "of another issuer": () => ({ claims: { iss: "https://other.example.com/oidc" } }),
    "for another API": () => ({ claims: { aud: "https://store.example.com/api" } }),
    "for an organization": () => ({ claims: { aud: "urn:logto:organization:r6f1s9e4ok2m" } }),
    "that has expired": () => ({ claims: { exp: seconds() - 60 } }),
    "that never expires": () => ({ claims: { exp: undefined } }),
    "without a subject": () => ({ claims: { sub: undefined } }),
    "that is an id_token": () => ({ header: { typ: "JWT" } }),
    "without a type": () => ({ header: { typ: undefined } }),
    "of a key that Logto has not": async () => ({
      key: (await generateKeyPair("ES384")).privateKey,
    }),
    "of a key by another name": () => ({ header: { kid: "two" } }),
    "of another algorithm": async () => ({
      header: { alg: "ES256" },
      key: (await generateKeyPair("ES256")).privateKey,
    }),
    "signed with the public key as a secret": async ({ publicKey }) => ({
      header: { alg: "HS256" },
      key: new TextEncoder().encode(JSON.stringify(await exportJWK(publicKey))),
    }),
  };
  for (const [what, wish] of Object.entries(refused))
    test(`is refused ${what}`, async ({ request, api, keys }) => {
      const answer = await request.get(
        `${api.url}/me`,
        bearer(await accessToken(keys, await wish(keys))),
      );
      expect(answer.status()).toBe(401);
      expect(answer.headers()["www-authenticate"]).toBe('Bearer error="invalid_token"');
    });

  test("of an organization is good for this organization alone", async ({ request, api, keys }) => {
    const claims = { scope: "read write", organization_id: "acme" };
    const ofAcme = bearer(await accessToken(keys, { claims }));
    const get = async (path: string, options: typeof ofAcme) => {
      const answer = await request.get(`${api.url}/${path}`, options);
      return [answer.status(), answer.headers()["www-authenticate"]];
    };
    for (const path of ["me", "products", "me/organizations/globex", "me/organizations/undefined"])
      expect([path, ...(await get(path, ofAcme))]).toEqual([path, 403, undefined]);
    const added = await request.post(`${api.url}/products`, {
      ...ofAcme,
      data: { name: "Tea", price: 1 },
    });
    expect(added.status()).toBe(403);
    const answer = await request.get(`${api.url}/me/organizations/acme`, ofAcme);
    expect(await answer.json()).toMatchObject({ via: "bearer", organizationId: "acme" });
    const ofTenant = bearer(await accessToken(keys));
    expect((await get("me/organizations/acme", ofTenant))[0]).toBe(403);
    for (const organization_id of ["", 7, null, ["acme"]]) {
      const odd = bearer(await accessToken(keys, { claims: { organization_id } }));
      expect(await get("me", odd)).toEqual([401, 'Bearer error="invalid_token"']);
    }
  });

  test("is refused that is opaque, or not signed at all", async ({ request, api, keys }) => {
    const unsigned = new UnsecuredJWT({ iss: keys.issuer, aud: resource, sub: "alice" })
      .setExpirationTime("1h")
      .encode();
    for (const token of [unsigned, randomBytes(32).toString("base64url")])
      expect((await request.get(`${api.url}/me`, bearer(token))).status()).toBe(401);
  });

  test("allows what is in its scope, from wherever it is sent", async ({ request, api, keys }) => {
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

  test("is neither accepted nor refused while Logto's keys can't be read", async ({
    request,
    keys,
  }) => {
    const { port, servers } = await listen(0, (_, answer) => answer.writeHead(500).end());
    const issuer = `http://localhost:${port}/oidc`;
    const api = await startNestApi({
      AUTH_URL: appOrigin,
      AUTH_SECRET: secret,
      AUTH_LOGTO_ISSUER: issuer,
      API_RESOURCE: resource,
    });
    try {
      const answer = await request.get(
        `${api.url}/me`,
        bearer(await accessToken(keys, { claims: { iss: issuer } })),
      );
      expect(answer.status()).toBe(503);
      expect(answer.headers()["retry-after"]).toBe("5");
      expect((await me(request, api, `${cookieName}=${await encoded()}`)).status()).toBe(200);
      await expect.poll(() => api.log()).toContain("unavailable: Logto's keys can't be read");
    } finally {
      await api.stop();
      await Promise.all(servers.map(closeServer));
    }
  });
});

test.describe("CORS @jwt", () => {
  const allowed = (headers: Record<string, string>) =>
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
        const answer = await request.fetch(`${api.url}/me`, { headers: { origin } });
        expect(answer.headers()).toMatchObject({
          "access-control-allow-origin": origin,
          "access-control-allow-credentials": "true",
        });
      }
  });

  for (const origin of [
    "https://evil.example.com",
    "http://app.starter.test",
    "http://other.starter.test:3000",
    "null",
    "*",
  ])
    test(`gives nothing to ${origin}`, async ({ request, api }) => {
      for (const method of ["OPTIONS", "GET"]) {
        const headers = { origin, "access-control-request-method": "POST" };
        const answer = await request.fetch(`${api.url}/me`, { method, headers });
        expect(allowed(answer.headers())).toEqual([]);
        expect(answer.headers().vary).toContain("Origin");
      }
    });
});

test("the API server that lacks its variables ends with their list @jwt", async () => {
  await expect(startNestApi({})).rejects.toThrow(
    /The configuration is not complete:\s+AUTH_URL +is missing\s+AUTH_LOGTO_ISSUER +is missing/,
  );
});
