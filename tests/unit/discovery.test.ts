import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { discover, type LogtoClient } from "@/lib/logto/client";
import {
  checkEndpoints,
  hasInsecureEndpoints,
  issuerMismatch,
} from "@/lib/logto/discovery-document";
import { refreshTokens } from "@/lib/logto/tokens";

let client: LogtoClient;
let clients = 0;
/** How late the next answers are, in milliseconds, one after another; the last goes on. */
let delays: number[];
let sent: { url: string; at: number }[];

const documentOf = (issuer: string, changes: object = {}) => ({
  issuer,
  authorization_endpoint: `${issuer}/auth`,
  token_endpoint: `${issuer}/token`,
  userinfo_endpoint: `${issuer}/me`,
  jwks_uri: `${issuer}/jwks`,
  ...changes,
});

let answers: Record<string, () => object>;

function logto(input: string | URL | Request, { signal }: RequestInit = {}): Promise<Response> {
  const url = input instanceof Request ? input.url : String(input);
  sent.push({ url, at: Date.now() });
  const delay = delays.length > 1 ? (delays.shift() ?? 0) : (delays[0] ?? 0);
  const path = url
    .replace(`${client.issuer}/`, "")
    .replace(".well-known/openid-configuration", "discovery");
  return new Promise((resolve, reject) => {
    signal?.addEventListener("abort", () => reject(new Error("aborted")));
    const answer = () => resolve(Response.json(answers[path]?.() ?? {}));
    if (delay === 0) answer();
    else if (delay < Infinity) setTimeout(answer, delay);
  });
}

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  vi.stubGlobal("fetch", logto);
  clients += 1;
  // What is known of an issuer is kept.
  client = {
    issuer: `https://logto-${clients}.example/oidc`,
    clientId: "app",
    clientSecret: "a-client-secret",
  };
  delays = [0];
  sent = [];
  answers = {
    discovery: () => documentOf(client.issuer),
    token: () => ({ access_token: "new", token_type: "Bearer", refresh_token: "rotated" }),
  };
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Lets time go by. @returns what became of it, and when that was */
async function outcome(asked: Promise<unknown>, after = 0) {
  const done = asked.then(
    () => ({ is: "there", at: Date.now() }),
    (error: unknown) => ({ is: error instanceof Error ? error.message : "?", at: Date.now() }),
  );
  await vi.advanceTimersByTimeAsync(after);
  return done;
}

describe("a discovery document that is late", () => {
  test("by 5 s is waited for", async () => {
    delays = [5_000];
    expect(await outcome(discover(client), 20_000)).toEqual({ is: "there", at: 5_000 });
  });

  test("by more than anyone waits is there for the next who asks", async () => {
    delays = [12_000];
    expect(await outcome(discover(client), 11_000)).toEqual({
      is: "no response in time",
      at: 10_000,
    });
    await vi.advanceTimersByTimeAsync(1_500);
    delays = [Infinity];
    expect(await outcome(discover(client))).toMatchObject({ is: "there" });
  });

  test("is used by who asked anew meanwhile", async () => {
    delays = [12_000];
    await outcome(discover(client), 11_000);
    expect(await outcome(discover(client), 10_000)).toEqual({ is: "there", at: 12_000 });
  });

  test("holds nobody up who asks when Logto is well again", async () => {
    // Lost on the way, both.
    delays = [Infinity, Infinity, 100];
    await outcome(discover(client), 11_000);
    expect(await outcome(discover(client), 1_000)).toEqual({ is: "there", at: 11_100 });
  });

  test("leaves a refresh token unsent where its answer might come too late", async () => {
    delays = [5_500];
    const first = await outcome(refreshTokens(client, "a-refresh-token", "k3v9t2m8qx1a"), 30_000);
    expect(first).toEqual({ is: "discovery took too long", at: 5_500 });
    expect(sent.filter(({ url }) => url.endsWith("/token"))).toEqual([]);
    // The document was kept, so there is time enough.
    const begun = Date.now();
    const second = await outcome(refreshTokens(client, "a-refresh-token", "k3v9t2m8qx1a"), 30_000);
    expect(second).toEqual({ is: "there", at: begun + 5_500 });
  });
});

describe("a discovery document of an issuer on https", () => {
  const endpoints = [
    "token_endpoint",
    "userinfo_endpoint",
    "authorization_endpoint",
    "jwks_uri",
    "revocation_endpoint",
  ];

  test.each(endpoints)(
    "whose %s is on http is refused with the reason, and nothing is sent there",
    async (name) => {
      answers.discovery = () =>
        documentOf(client.issuer, { [name]: `http://logto.example/${name}` });
      const refused = discover(client);
      await expect(refused).rejects.toMatchObject({ name: "LogtoError", code: "rejected" });
      await expect(refused).rejects.toThrow(new RegExp(`${name}.*TRUST_PROXY_HEADER=1`));
      expect(hasInsecureEndpoints(await refused.catch((error: unknown) => error))).toBe(true);
      await expect(refreshTokens(client, "a-refresh-token", "k3v9t2m8qx1a")).rejects.toThrow(
        /TRUST_PROXY_HEADER/,
      );
      expect(sent.every(({ url }) => url.endsWith("openid-configuration"))).toBe(true);
    },
  );

  test("may have its endpoints on another host, as long as that is on https", async () => {
    answers.discovery = () =>
      documentOf(client.issuer, { token_endpoint: "https://tokens.example/token" });
    expect(await discover(client)).toMatchObject({
      token_endpoint: "https://tokens.example/token",
    });
  });

  test("may have a page of its operator's on http: nothing is sent there", () => {
    const document = documentOf("https://logto.example/oidc", {
      op_policy_uri: "http://example.com/policy",
    });
    expect(() => checkEndpoints("https://logto.example/oidc", document)).not.toThrow();
  });

  test("is asked for again, and used once it is right", async () => {
    answers.discovery = () =>
      documentOf(client.issuer, { token_endpoint: "http://logto.example/token" });
    await expect(discover(client)).rejects.toThrow(/TRUST_PROXY_HEADER/);
    answers.discovery = () => documentOf(client.issuer);
    expect(await discover(client)).toMatchObject({ issuer: client.issuer });
  });
});

test("an issuer on http may have all of it on http: which it is, is the operator's decision", () => {
  expect(() =>
    checkEndpoints("http://logto:3001/oidc", documentOf("http://logto:3001/oidc")),
  ).not.toThrow();
});

describe("an issuer under another name", () => {
  test("is refused with both names", async () => {
    answers.discovery = () => documentOf("https://auth.example.com/oidc");
    const refused = discover(client);
    await expect(refused).rejects.toMatchObject({ code: "rejected" });
    await expect(refused).rejects.toThrow(`${client.issuer} (AUTH_LOGTO_ISSUER)`);
    await expect(refused).rejects.toThrow("names another issuer: https://auth.example.com/oidc");
    expect(hasInsecureEndpoints(await refused.catch((error: unknown) => error))).toBe(false);
  });

  test.each([
    ["the same", "https://logto.example/oidc", undefined],
    ["the same, written another way", "https://LOGTO.example:443/oidc", undefined],
    ["one with a slash", "https://logto.example/oidc/", expect.stringContaining("another issuer")],
    [
      "http",
      "http://logto.example/oidc",
      expect.stringContaining("another issuer: http://logto.example/oidc"),
    ],
    ["credentials", "https://user:pass@other.example/oidc", expect.not.stringContaining("pass")],
    ["a text", "Logto", expect.stringContaining("no valid URL")],
    ["nothing", undefined, expect.stringContaining("no valid URL")],
  ])("is told from the configured one where it is %s", (_, issuer, fault) => {
    expect(issuerMismatch("https://logto.example/oidc", { issuer })).toEqual(fault);
  });
});
