import { createHash, randomBytes } from "node:crypto";
import { type APIResponse, expect, test as base } from "@playwright/test";
import { exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from "jose";
import { closeServer, listen } from "../../packages/logto-stand-in/src/listen";
import type { Variables } from "../../dev/environment";
import { encodeSession } from "@/lib/session/stores/codec";
import type { Session } from "@/lib/session/model/session";
import { openRows } from "../database/storage";
import { session } from "../unit/sessions";
import { type NestApi, startNestApi } from "./nest-api";

const appOrigin = "http://app.starter.test:3000";
const otherOrigin = "https://partner.example.com";
const resource = "https://shopping.example.com/api";
const cookieName = "authjs.session-token";
const newSecret = () => randomBytes(32).toString("base64");
const [secret, oldSecret] = [newSecret(), newSecret()];
const writes = ["POST", "PUT", "PATCH", "DELETE"];
const seconds = () => Math.floor(Date.now() / 1000);

/** The part of Logto that an API needs: its keys. */
async function startKeys() {
  const { publicKey, privateKey } = await generateKeyPair("ES384");
  const publicJwk = await exportJWK(publicKey);
  const keys = [{ ...publicJwk, kid: "one", alg: "ES384", use: "sig" }];
  const { port, servers } = await listen(0, (_, response) =>
    response.end(JSON.stringify({ keys })),
  );
  const close = () => Promise.all(servers.map(closeServer));
  return { issuer: `http://localhost:${port}/oidc`, publicJwk, privateKey, close };
}
type Keys = Awaited<ReturnType<typeof startKeys>>;

interface TokenChanges {
  claims?: Record<string, unknown>;
  header?: Partial<JWTHeaderParameters>;
  key?: CryptoKey | Uint8Array;
}

/** Starts an API of `resource`. */
const startApi = (issuer: string, more: Variables) =>
  startNestApi({
    AUTH_URL: appOrigin,
    AUTH_LOGTO_ISSUER: issuer,
    API_RESOURCE: resource,
    ...more,
  });

type Headers = Record<string, string>;
interface Options {
  method?: string;
  headers?: Headers;
  data?: unknown;
}

const test = base.extend<
  {
    /** Sends a request to the API. */
    send: (path: string, options?: Options) => Promise<APIResponse>;
    /** Headers with an access token as Logto issues it (Logto facts: tokens), with changes. */
    bearer: (changes?: TokenChanges) => Promise<Headers>;
  },
  { keys: Keys; api: NestApi }
>({
  keys: [
    async ({}, use) => {
      const keys = await startKeys();
      await use(keys);
      await keys.close();
    },
    { scope: "worker" },
  ],
  api: [
    async ({ keys }, use) => {
      const api = await startApi(keys.issuer, {
        AUTH_SECRET: oldSecret,
        AUTH_SECRET_1: secret,
        CORS_ORIGINS: otherOrigin,
      });
      await use(api);
      await api.stop();
      expect(api.log()).toMatch(/^The API listens on port \d+\n$/);
    },
    { scope: "worker" },
  ],
  send: async ({ api, request }, use) => {
    await use((path, options) => request.fetch(`${api.url}/${path}`, options));
  },
  bearer: async ({ keys: { issuer, privateKey } }, use) => {
    await use(async ({ claims, header, key = privateKey } = {}) => {
      const payload = { iss: issuer, aud: resource, sub: "k3v9t2m8qx1a", scope: "read" };
      const times = { iat: seconds(), exp: seconds() + 3600 };
      const token = await new SignJWT({ ...payload, ...times, ...claims })
        .setProtectedHeader({ alg: "ES384", typ: "at+jwt", kid: "one", ...header })
        .sign(key);
      return { authorization: `Bearer ${token}` };
    });
  },
});

// The tests use the same server.
test.describe.configure({ mode: "default" });

const encoded = (changes: Partial<Session> = {}, by = secret, name = cookieName) =>
  encodeSession(session(changes), [by], name);
const cookieOf = async (changes: Partial<Session> = {}, by = secret) =>
  `${cookieName}=${await encoded(changes, by)}`;

const claims = { sub: "k3v9t2m8qx1a", name: "Alice Kim" };
/** The cookies into which the app splits a long value. */
async function chunks(by = secret): Promise<string> {
  const custom = randomBytes(1_900).toString("hex");
  const value = await encoded({ claims: { ...claims, custom } }, by);
  return (value.match(/.{1,3936}/g) ?? [])
    .map((chunk, index) => `${cookieName}.${index}=${chunk}`)
    .join("; ");
}

test.describe("the app's session cookie", () => {
  // The unit test of `sessionValues` has more of the ways in which chunks can be mixed.
  const readable: Record<string, () => Promise<string>> = {
    "as the app writes it": () => cookieOf(),
    "made with an older secret": () => cookieOf({}, oldSecret),
    "in chunks": () => chunks(),
    "in chunks, beside those of an older one": async () =>
      `${await chunks("another secret")}; ${await chunks()}`,
    "that started last": async () =>
      `${await cookieOf()}; ${await cookieOf({ subject: "bob", startedAt: 1 })}`,
  };
  for (const [how, cookie] of Object.entries(readable))
    test(`identifies the caller: ${how}`, async ({ send }) => {
      const response = await send("me", { headers: { cookie: await cookie() } });
      const caller = { via: "session", subject: "k3v9t2m8qx1a", name: "Alice Kim" };
      expect(await response.json()).toMatchObject(caller);
      expect(response.headers()).toMatchObject({ "cache-control": "private, no-store" });
    });

  const invalid: Record<string, [() => Promise<string>, message?: string]> = {
    absent: [() => Promise.resolve("theme=dark"), "No session token"],
    "not a session": [() => Promise.resolve(`${cookieName}=garbage`)],
    "made with another secret": [() => cookieOf({}, newSecret())],
    "made for another cookie name": [
      async () => `${cookieName}=${await encoded({}, secret, `__Secure-${cookieName}`)}`,
    ],
    "tampered with": [async () => (await cookieOf()).replace(/.{4}$/, "AAAA")],
    expired: [() => cookieOf({ exp: seconds() - 60 })],
    "lacking a chunk": [async () => (await chunks()).replace(/; [^;]*$/, "")],
  };
  for (const [what, [cookie, message = "Invalid session"]] of Object.entries(invalid))
    test(`is rejected if it is ${what}`, async ({ send }) => {
      const response = await send("me", { headers: { cookie: await cookie() } });
      expect(response.status()).toBe(401);
      expect(await response.json()).toEqual({ statusCode: 401, message });
      expect(response.headers()["www-authenticate"]).toBe("Bearer");
    });

  test("gives access to an organization to its members only", async ({ send }) => {
    const memberships = {
      sub: "alice",
      organizations: ["acme"],
      organization_roles: ["acme:admin", "globex:admin"],
    };
    const headers = { cookie: await cookieOf({ claims: memberships }) };
    const statusOf = async (id: string) =>
      (await send(`me/organizations/${id}`, { headers })).status();
    expect(await statusOf("acme")).toBe(200);
    for (const id of ["globex", "acm", "acme%20", "constructor", "__proto__"])
      expect(await statusOf(id)).toBe(403);
    expect(await statusOf("%zz")).toBe(400);
  });

  test("changes nothing for a page of another origin", async ({ send }) => {
    const cookie = await cookieOf();
    const products = async () => (await send("products", { headers: { cookie } })).text();
    const before = await products();
    const foreign: Headers[] = [
      { origin: "https://evil.example.com" },
      { origin: "http://other.starter.test:3000" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
    ];
    for (const headers of foreign)
      for (const method of writes) {
        const path = method === "POST" ? "products" : "products/x";
        const data = { name: "Stolen", price: 0 };
        const response = await send(path, { method, headers: { cookie, ...headers }, data });
        expect([headers, method, response.status()]).toEqual([headers, method, 403]);
      }
    expect(await products()).toBe(before);
  });

  test("lets the app's pages write what the user's role allows", async ({ send }) => {
    const write = async (method: string, path: string, data?: unknown, more: Headers = {}) =>
      send(path, {
        method,
        headers: { cookie: await cookieOf(), origin: appOrigin, ...more },
        data,
      });
    const statusOf = async (...sent: Parameters<typeof write>) => (await write(...sent)).status();
    const added = await write("POST", "products", { name: "Tea", price: 450 });
    expect(added.status()).toBe(201);
    const tea: unknown = await added.json();
    expect(tea).toMatchObject({ name: "Tea", price: 450 });
    const path = `products/${String(Reflect.get(Object(tea), "id"))}`;
    const changed = await write("PATCH", path, { price: 500 });
    expect(await changed.json()).toMatchObject({ name: "Tea", price: 500 });
    expect(await statusOf("PUT", path, { name: "Rooibos", price: 300 })).toBe(200);
    expect(await statusOf("PUT", path, { name: "" })).toBe(400);
    expect(await statusOf("PUT", path, { name: "x".repeat(200_000), price: 1 })).toBe(413);
    const json = { "content-type": "application/json" };
    expect(await statusOf("PUT", path, Buffer.from("{"), json)).toBe(400);
    expect(await statusOf("DELETE", path)).toBe(204);
    expect(await statusOf("DELETE", path)).toBe(404);
    const viewer = { cookie: await cookieOf({ claims: { sub: "carol", roles: ["viewer"] } }) };
    expect(await statusOf("POST", "products", { name: "Tea", price: 1 }, viewer)).toBe(403);
  });
});

test.describe("an access token", () => {
  test("identifies the caller, and takes precedence over a cookie", async ({ bearer, send }) => {
    const response = await send("me", {
      headers: await bearer({ claims: { scope: "read write" } }),
    });
    const caller = { via: "bearer", subject: "k3v9t2m8qx1a", scopes: ["read", "write"] };
    expect(await response.json()).toEqual(caller);
    const headers = { authorization: "Bearer x", cookie: await cookieOf() };
    expect((await send("me", { headers })).status()).toBe(401);
  });

  const rejected: Record<string, (keys: Keys) => TokenChanges | Promise<TokenChanges>> = {
    "from another issuer": () => ({ claims: { iss: "https://other.example.com/oidc" } }),
    "for another API": () => ({ claims: { aud: "https://store.example.com/api" } }),
    "with an organization that is empty": () => ({ claims: { organization_id: "" } }),
    expired: () => ({ claims: { exp: seconds() - 60 } }),
    "without an expiry": () => ({ claims: { exp: undefined } }),
    "without a subject": () => ({ claims: { sub: undefined } }),
    "an id_token": () => ({ header: { typ: "JWT" } }),
    "signed with a key that Logto does not have": async () => ({
      key: (await generateKeyPair("ES384")).privateKey,
    }),
    "signed with the public key as a secret": ({ publicJwk }) => ({
      header: { alg: "HS256" },
      key: new TextEncoder().encode(JSON.stringify(publicJwk)),
    }),
  };
  for (const [what, changesOf] of Object.entries(rejected))
    test(`is rejected if it is ${what}`, async ({ bearer, keys, send }) => {
      const response = await send("me", { headers: await bearer(await changesOf(keys)) });
      expect(response.status()).toBe(401);
      expect(response.headers()["www-authenticate"]).toBe('Bearer error="invalid_token"');
    });

  test("for an organization is valid for this organization only", async ({ bearer, send }) => {
    const ofAcme = await bearer({ claims: { scope: "read write", organization_id: "acme" } });
    for (const path of ["me", "products", "me/organizations/globex", "me/organizations/undefined"])
      expect((await send(path, { headers: ofAcme })).status(), path).toBe(403);
    const data = { name: "Tea", price: 1 };
    const added = await send("products", { method: "POST", headers: ofAcme, data });
    expect(added.status()).toBe(403);
    const response = await send("me/organizations/acme", { headers: ofAcme });
    expect(await response.json()).toMatchObject({ via: "bearer", organizationId: "acme" });
    const ofTenant = await send("me/organizations/acme", { headers: await bearer() });
    expect(ofTenant.status()).toBe(403);
  });

  test("allows what is in its scope, from any origin", async ({ bearer, send }) => {
    const sent = { method: "POST", data: { name: "Coffee", price: 900 } };
    const reader = await send("products", { ...sent, headers: await bearer() });
    expect(reader.status()).toBe(403);
    expect(reader.headers()["www-authenticate"]).toBe(
      'Bearer error="insufficient_scope", scope="write"',
    );
    const headers = { ...(await bearer({ claims: { scope: "write" } })), origin: "null" };
    expect((await send("products", { ...sent, headers })).status()).toBe(201);
    expect((await send("products", { headers })).status()).toBe(403);
  });

  test("gets a 503 while Logto's keys can't be read", async ({ bearer, request }) => {
    const { port, servers } = await listen(0, (_, response) => response.writeHead(500).end());
    const issuer = `http://localhost:${port}/oidc`;
    const api = await startApi(issuer, { AUTH_SECRET: secret });
    try {
      const headers = await bearer({ claims: { iss: issuer } });
      const response = await request.get(`${api.url}/me`, { headers });
      expect([response.status(), response.headers()["retry-after"]]).toEqual([503, "5"]);
      const cookie = await cookieOf();
      expect((await request.get(`${api.url}/me`, { headers: { cookie } })).status()).toBe(200);
      await expect.poll(() => api.log()).toContain("unavailable: Logto's keys can't be read");
    } finally {
      await api.stop();
      await Promise.all(servers.map(closeServer));
    }
  });
});

test("pages of each listed origin may use every method, with credentials", async ({ send }) => {
  for (const origin of [appOrigin, otherOrigin]) {
    const allowed = {
      "access-control-allow-origin": origin,
      "access-control-allow-credentials": "true",
    };
    const preflight = await send("products", {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "PATCH",
        "access-control-request-headers": "authorization,content-type",
      },
    });
    expect(preflight.status()).toBe(204);
    expect(preflight.headers()).toMatchObject({
      ...allowed,
      "access-control-allow-methods": ["GET", "HEAD", ...writes].join(","),
      "access-control-allow-headers": "content-type,authorization",
      vary: expect.stringContaining("Origin"),
    });
    expect((await send("me", { headers: { origin } })).headers()).toMatchObject(allowed);
  }
});

test("pages of other origins may do nothing", async ({ send }) => {
  const [withoutPort, sibling] = ["http://app.starter.test", "http://other.starter.test:3000"];
  for (const origin of ["https://evil.example.com", withoutPort, sibling, "null", "*"])
    for (const method of ["OPTIONS", "GET"]) {
      const headers = { origin, "access-control-request-method": "POST" };
      const received = (await send("me", { method, headers })).headers();
      expect(Object.keys(received).join(), origin).not.toContain("access-control-");
      expect(received.vary).toContain("Origin");
    }
});

test("without its variables the API server exits with a list of them", async () => {
  await expect(startNestApi({})).rejects.toThrow(
    /The configuration is not complete:\s+AUTH_URL +is missing\s+AUTH_LOGTO_ISSUER +is missing/,
  );
});

test.describe("with sessions in a database", () => {
  const issuer = "http://localhost:1/oidc";
  const hour = 3_600_000;
  /** A cookie's value as the row store makes it. */
  const rowCookie = () => randomBytes(32).toString("base64url");
  const statusOf = async ({ url }: NestApi, ...values: string[]) => {
    const cookie = values.map((value) => `${cookieName}=${value}`).join("; ");
    return (await fetch(`${url}/me`, { headers: { cookie } })).status;
  };

  test("a cookie is valid while its row exists and has not ended", async () => {
    const storage = await openRows("postgres");
    // It has no secret.
    const api = await startApi(issuer, storage.variables);
    const user = { id: claims.sub };
    /** Adds a row as the app stores it. */
    const addSession = async (changes: { endedAt?: Date; expires?: Date } = {}) => {
      const cookie = rowCookie();
      const sessionToken = createHash("sha256").update(cookie).digest("hex");
      const data = {
        sessionId: rowCookie(),
        sessionToken,
        claims,
        startedAt: new Date(),
        expires: new Date(Date.now() + hour),
        user: { connectOrCreate: { where: user, create: user } },
        ...changes,
      };
      await storage.db.session.create({ data });
      return { cookie, sessionToken };
    };
    try {
      const { cookie, sessionToken } = await addSession();
      expect(await statusOf(api, cookie)).toBe(200);
      expect(await statusOf(api, "old", cookie), "beside an older one").toBe(200);
      expect(await statusOf(api, sessionToken), "the hash in the table").toBe(401);
      expect(await statusOf(api, rowCookie()), "of no session").toBe(401);
      const past = new Date(Date.now() - hour);
      for (const changes of [{ endedAt: past }, { expires: past }])
        expect(await statusOf(api, (await addSession(changes)).cookie)).toBe(401);
      await storage.db.session.delete({ where: { sessionToken } });
      expect(await statusOf(api, cookie), "revoked").toBe(401);
    } finally {
      await api.stop();
      await storage.close();
    }
  });

  test("while the database is down, a cookie is neither accepted nor rejected", async () => {
    const down = {
      DATABASE_URL: "postgresql://api:topsecret@127.0.0.1:1/app",
      AUTH_SESSION_STRATEGY: "database",
    };
    const api = await startApi(issuer, down);
    try {
      expect(await statusOf(api, rowCookie())).toBe(503);
      await expect.poll(() => api.log()).toContain("unavailable: database: ");
      expect(api.log()).not.toMatch(/topsecret|127\.0\.0\.1|^\s+at /m);
    } finally {
      await api.stop();
    }
  });
});
