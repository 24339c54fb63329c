import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { discover, type LogtoClient } from "@/lib/logto/client";
import {
  checkEndpoints,
  hasInsecureEndpoints,
  issuerMismatch,
} from "@/lib/logto/discovery-document";
import { refreshTokens } from "@/lib/logto/tokens";
import { documentOf } from "./documents";

let client: LogtoClient;
let clients = 0;
/** The delays of the next responses in milliseconds, in order; the last one repeats. */
let delays: number[];
let sent: { url: string; at: number }[];

let bodies: Record<string, () => object>;

function logto(input: string | URL | Request, { signal }: RequestInit = {}): Promise<Response> {
  const url = input instanceof Request ? input.url : String(input);
  sent.push({ url, at: Date.now() });
  const delay = delays.length > 1 ? (delays.shift() ?? 0) : (delays[0] ?? 0);
  const path = url
    .replace(`${client.issuer}/`, "")
    .replace(".well-known/openid-configuration", "discovery");
  return new Promise((resolve, reject) => {
    signal?.addEventListener("abort", () => reject(new Error("aborted")));
    const respond = () => resolve(Response.json(bodies[path]?.() ?? {}));
    if (delay === 0) respond();
    else if (delay < Infinity) setTimeout(respond, delay);
  });
}

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  vi.stubGlobal("fetch", logto);
  clients += 1;
  // A new issuer for each test, because the discovery document is cached by issuer.
  const issuer = `https://logto-${clients}.example/oidc`;
  client = { issuer, clientId: "app", clientSecret: "a-client-secret" };
  delays = [0];
  sent = [];
  bodies = {
    discovery: () => documentOf(client.issuer),
    token: () => ({ access_token: "new", token_type: "Bearer", refresh_token: "rotated" }),
  };
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/**
 * Advances the time by `after` milliseconds.
 *
 * @returns the outcome of a promise, and its time in milliseconds
 */
async function outcome(pending: Promise<unknown>, after = 0) {
  const done = pending.then(
    () => ({ is: "there", at: Date.now() }),
    (error: unknown) => ({ is: error instanceof Error ? error.message : "?", at: Date.now() }),
  );
  await vi.advanceTimersByTimeAsync(after);
  return done;
}

const refresh = () => refreshTokens(client, "a-refresh-token", "k3v9t2m8qx1a");

describe("a discovery document that is late", () => {
  test("by more than the 10 s timeout is cached for the next call", async () => {
    delays = [12_000];
    const tooLate = { is: "no response in time", at: 10_000 };
    expect(await outcome(discover(client), 11_000)).toEqual(tooLate);
    await vi.advanceTimersByTimeAsync(1_500);
    delays = [Infinity];
    expect(await outcome(discover(client))).toMatchObject({ is: "there" });
  });

  test("is used by a call that started in the meantime", async () => {
    delays = [12_000];
    await outcome(discover(client), 11_000);
    expect(await outcome(discover(client), 10_000)).toEqual({ is: "there", at: 12_000 });
  });

  test("does not delay a call once Logto is available again", async () => {
    // The first two requests get no response.
    delays = [Infinity, Infinity, 100];
    await outcome(discover(client), 11_000);
    expect(await outcome(discover(client), 1_000)).toEqual({ is: "there", at: 11_100 });
  });

  test("keeps a refresh token from being sent if its response might be too late", async () => {
    delays = [5_500];
    const tooLong = { is: "discovery took too long", at: 5_500 };
    expect(await outcome(refresh(), 30_000)).toEqual(tooLong);
    expect(sent.filter(({ url }) => url.endsWith("/token"))).toEqual([]);
    // The document is cached now, so there is enough time.
    const begun = Date.now();
    expect(await outcome(refresh(), 30_000)).toEqual({ is: "there", at: begun + 5_500 });
  });
});

describe("a discovery document of an issuer on https", () => {
  const respondWith = (changes: object) => {
    bodies.discovery = () => documentOf(client.issuer, changes);
  };

  test.each([
    "token_endpoint",
    "userinfo_endpoint",
    "authorization_endpoint",
    "jwks_uri",
    "revocation_endpoint",
  ])("whose %s is on http is rejected with the reason, until it is valid", async (name) => {
    respondWith({ [name]: `http://logto.example/${name}` });
    const pending = discover(client);
    await expect(pending).rejects.toMatchObject({ name: "LogtoError", code: "rejected" });
    await expect(pending).rejects.toThrow(new RegExp(`${name}.*TRUST_PROXY_HEADER=1`));
    expect(hasInsecureEndpoints(await pending.catch((error: unknown) => error))).toBe(true);
    await expect(refresh()).rejects.toThrow(/TRUST_PROXY_HEADER/);
    // Nothing was sent to the endpoint.
    expect(sent.every(({ url }) => url.endsWith("openid-configuration"))).toBe(true);
    respondWith({});
    expect(await discover(client)).toMatchObject({ issuer: client.issuer });
  });

  test("may have its endpoints on another host, as long as that is on https", async () => {
    const endpoint = { token_endpoint: "https://tokens.example/token" };
    respondWith(endpoint);
    expect(await discover(client)).toMatchObject(endpoint);
  });
});

test.each([
  [
    "an issuer on https may have a page of the operator on http, because nothing is sent there",
    "https://logto.example/oidc",
    { op_policy_uri: "http://example.com/policy" },
  ],
  [
    "an issuer on http may have all endpoints on http, because the operator chose http",
    "http://logto:3001/oidc",
    {},
  ],
])("%s", (_, issuer, changes) => {
  expect(() => checkEndpoints(issuer, documentOf(issuer, changes))).not.toThrow();
});

describe("a discovery document with another issuer", () => {
  test("is rejected with both issuers in the message", async () => {
    bodies.discovery = () => documentOf("https://auth.example.com/oidc");
    const pending = discover(client);
    await expect(pending).rejects.toMatchObject({ code: "rejected" });
    await expect(pending).rejects.toThrow(`${client.issuer} (AUTH_LOGTO_ISSUER)`);
    await expect(pending).rejects.toThrow("names another issuer: https://auth.example.com/oidc");
    expect(hasInsecureEndpoints(await pending.catch((error: unknown) => error))).toBe(false);
  });

  const text = (part: string): unknown => expect.stringContaining(part);
  test.each([
    ["https://logto.example/oidc", undefined],
    ["https://LOGTO.example:443/oidc", undefined],
    ["https://logto.example/oidc/", text("another issuer")],
    ["http://logto.example/oidc", text("another issuer: http://logto.example/oidc")],
    ["https://user:pass@other.example/oidc", expect.not.stringContaining("pass")],
    ["Logto", text("no valid URL")],
    [undefined, text("no valid URL")],
  ])("is compared with the configured one: %s", (issuer, mismatch) => {
    expect(issuerMismatch("https://logto.example/oidc", { issuer })).toEqual(mismatch);
  });
});
