import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { discover, toLogtoError, type LogtoClient } from "@/lib/logto/client";
import { LogtoError, type LogtoErrorCode } from "@/lib/logto/errors";
import { logtoSignOutUrl, fetchUserinfo, refreshTokens, revokeGrant } from "@/lib/logto/tokens";

type Responder = (response: ServerResponse, request: IncomingMessage) => unknown;

const json =
  (status: number, body: object, headers: Record<string, string> = {}): Responder =>
  (response) =>
    response
      .writeHead(status, { "content-type": "application/json", ...headers })
      .end(JSON.stringify(body));
const html =
  (status: number): Responder =>
  (response) =>
    response
      .writeHead(status, { "content-type": "text/html" })
      .end("<!doctype html><h1>Gateway</h1>");
const oauthError = (status: number, error: string, headers?: Record<string, string>) =>
  json(
    status,
    { code: `oidc.${error}`, message: error, error, error_description: `${error}: why` },
    headers,
  );
const truncated: Responder = (response) =>
  response.writeHead(200, { "content-type": "application/json" }).end('{"access_token": "half');
const cutOff: Responder = (response) =>
  response
    .writeHead(200, { "content-type": "application/json", "content-length": "99" })
    .write("{", () => {
      response.destroy();
    });
const dropped: Responder = (response) => response.destroy();

const subject = "k3v9t2m8qx1a";
let issuer: string;
/** The responses of each endpoint, in order. The last one repeats. */
let responders: Record<string, Responder[]>;
let requests: string[];

const discovery = (changes: object = {}) => ({
  issuer,
  authorization_endpoint: `${issuer}/auth`,
  token_endpoint: `${issuer}/token`,
  userinfo_endpoint: `${issuer}/me`,
  revocation_endpoint: `${issuer}/token/revocation`,
  end_session_endpoint: `${issuer}/session/end`,
  jwks_uri: `${issuer}/jwks`,
  id_token_signing_alg_values_supported: ["ES384"],
  ...changes,
});

const server = createServer((request, response) => {
  request.resume();
  const path = (request.url ?? "")
    .replace("/oidc/", "")
    .replace(".well-known/openid-configuration", "discovery");
  requests.push(path);
  const queue = responders[path] ?? [json(404, {})];
  const respond = queue.length > 1 ? queue.shift() : queue[0];
  respond?.(response, request);
});

const isAddress = (address: unknown): address is AddressInfo =>
  typeof address === "object" && address !== null;

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (!isAddress(address)) throw new Error("no port");
  issuer = `http://127.0.0.1:${address.port}/oidc`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

let client: LogtoClient;
let clients = 0;

beforeEach(() => {
  // The app caches the discovery document per client.
  clients += 1;
  client = { issuer, clientId: `app-${clients}`, clientSecret: "a-client-secret" };
  requests = [];
  responders = { discovery: [json(200, discovery())] };
});

const refresh = () => refreshTokens(client, "a-refresh-token", subject);
const count = (path: string) => requests.filter((each) => each === path).length;

interface Failure {
  respond: Responder;
  code: LogtoErrorCode;
  reason: RegExp;
}

/** Failures that say nothing about the grant. The client retries once, at once. */
const temporary: Record<string, Failure> = {
  "500": { respond: oauthError(500, "server_error"), code: "unavailable", reason: /HTTP 500/ },
  "503 with a web page": { respond: html(503), code: "unavailable", reason: /HTTP 503/ },
  "502 without a body": {
    respond: (response) => response.writeHead(502).end(),
    code: "unavailable",
    reason: /502/,
  },
  "429": { respond: oauthError(429, "slow_down"), code: "unavailable", reason: /^slow_down/ },
  "429 with a web page": { respond: html(429), code: "unavailable", reason: /429/ },
  "408": { respond: html(408), code: "unavailable", reason: /408/ },
  "a web page for a token": {
    respond: html(200),
    code: "unavailable",
    reason: /HTTP 200|content-type/,
  },
  "half of a JSON object": { respond: truncated, code: "unavailable", reason: /pars/ },
  "a response that breaks off": { respond: cutOff, code: "unavailable", reason: /./ },
  "a dropped connection": {
    respond: dropped,
    code: "unavailable",
    reason: /fetch failed|UND_ERR|ECONN/,
  },
};

/** Decisions of Logto or of another server. The client does not retry them. */
const final: Record<string, Failure> = {
  "400 invalid_grant": {
    respond: oauthError(400, "invalid_grant"),
    code: "invalid_grant",
    reason: /: why$/,
  },
  "400 invalid_target": {
    respond: oauthError(400, "invalid_target"),
    code: "invalid_target",
    reason: /: why$/,
  },
  "400 invalid_client": {
    respond: oauthError(400, "invalid_client"),
    code: "invalid_client",
    reason: /: why$/,
  },
  "401 invalid_client": {
    respond: oauthError(401, "invalid_client"),
    code: "invalid_client",
    reason: /: why$/,
  },
  "401 with a challenge": {
    respond: oauthError(401, "invalid_client", { "www-authenticate": 'Basic realm="logto"' }),
    code: "invalid_client",
    reason: /^HTTP 401/,
  },
  "403 access_denied": {
    respond: oauthError(403, "access_denied"),
    code: "access_denied",
    reason: /: why$/,
  },
  "403 insufficient_scope": {
    respond: oauthError(403, "insufficient_scope"),
    code: "insufficient_scope",
    reason: /: why$/,
  },
  "400 invalid_scope": {
    respond: oauthError(400, "invalid_scope"),
    code: "rejected",
    reason: /^invalid_scope/,
  },
  "an error without a description": {
    respond: json(400, { error: "invalid_request" }),
    code: "rejected",
    reason: /^invalid_request$/,
  },
  "JSON without an access token": {
    respond: json(200, { ok: true }),
    code: "unavailable",
    reason: /invalid response/,
  },
  "404": { respond: html(404), code: "rejected", reason: /404/ },
  "403 of a firewall": { respond: html(403), code: "rejected", reason: /403/ },
};

describe("a token endpoint that returns", () => {
  test.each(Object.entries(temporary))(
    "%s is retried once, then reported as unavailable",
    async (_, { respond, code, reason }) => {
      responders.token = [respond];
      const failure = refresh();
      await expect(failure).rejects.toBeInstanceOf(LogtoError);
      await expect(failure).rejects.toMatchObject({
        code,
        message: expect.stringMatching(reason),
      });
      expect(count("token")).toBe(2);
    },
  );

  test.each(Object.entries(temporary))(
    "%s once is retried with success",
    async (_, { respond }) => {
      responders.token = [respond, json(200, { access_token: "new", token_type: "Bearer" })];
      expect(await refresh()).toMatchObject({ accessToken: "new" });
    },
  );

  test.each(Object.entries(final))("%s is not retried", async (_, { respond, code, reason }) => {
    responders.token = [respond];
    const failure = refresh();
    await expect(failure).rejects.toBeInstanceOf(LogtoError);
    await expect(failure).rejects.toMatchObject({
      code,
      message: expect.stringMatching(reason),
    });
    expect(count("token")).toBe(1);
  });

  test.each(Object.entries({ ...temporary, ...final }))(
    "%s puts no token into the error",
    async (_, { respond }) => {
      responders.token = [respond];
      const error: unknown = await refresh().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Error);
      expect(String(error)).not.toMatch(/a-refresh-token|a-client-secret|[\r\n]/);
    },
  );

  test("another error at the retry is reported as the second error", async () => {
    responders.token = [dropped, oauthError(400, "invalid_grant")];
    await expect(refresh()).rejects.toMatchObject({ code: "invalid_grant" });
  });
});

describe("a refresh", () => {
  const granted = {
    access_token: "new",
    token_type: "Bearer",
    expires_in: 600,
    scope: "read write",
  };

  test("returns the tokens, with the same refresh token if Logto issued no new one", async () => {
    responders.token = [
      json(200, granted),
      json(200, { ...granted, refresh_token: "rotated", scope: undefined }),
    ];
    const tokens = { accessToken: "new", expiresIn: 600, claims: undefined };
    expect(await refresh()).toEqual({
      ...tokens,
      refreshToken: "a-refresh-token",
      scopes: ["read", "write"],
    });
    expect(await refresh()).toEqual({ ...tokens, refreshToken: "rotated", scopes: [] });
  });

  test("assumes a lifetime of one hour when the response has no expires_in (RFC 6749 §5.1)", async () => {
    responders.token = [json(200, { ...granted, expires_in: undefined })];
    expect((await refresh()).expiresIn).toBe(3600);
  });

  test("sends the resource and the organization, and authenticates in the Authorization header", async () => {
    let body = "";
    let authorization: string | undefined;
    responders.token = [
      (response, request) => {
        authorization = request.headers.authorization;
        request.on("data", (part: Buffer) => (body += part.toString()));
        request.on("end", () => json(200, granted)(response, request));
      },
    ];
    const target = { resource: "https://api.example", organizationId: "acme" };
    await refreshTokens(client, "a-refresh-token", subject, target);
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      grant_type: "refresh_token",
      refresh_token: "a-refresh-token",
      resource: "https://api.example",
      organization_id: "acme",
    });
    expect(authorization).toMatch(/^Basic /);
  });

  async function idToken(sub: string): Promise<string> {
    const { privateKey, publicKey } = await generateKeyPair("ES384");
    responders.jwks = [
      json(200, { keys: [{ ...(await exportJWK(publicKey)), alg: "ES384", kid: "1" }] }),
    ];
    return new SignJWT({ roles: ["admin"], nonce: "n" })
      .setProtectedHeader({ alg: "ES384", kid: "1" })
      .setIssuer(issuer)
      .setAudience(client.clientId)
      .setSubject(sub)
      .setIssuedAt()
      .setExpirationTime("1h")
      .sign(privateKey);
  }

  test("returns the claims of the new id_token", async () => {
    responders.token = [json(200, { ...granted, id_token: await idToken(subject) })];
    expect((await refresh()).claims).toEqual({ sub: subject, roles: ["admin"] });
  });

  test("is rejected when its id_token has another subject (OIDC Core §12.2)", async () => {
    responders.token = [json(200, { ...granted, id_token: await idToken("somebodyelse") })];
    await expect(refresh()).rejects.toMatchObject({ code: "rejected" });
    expect(count("token")).toBe(1);
  });
});

describe("discovery", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
  afterEach(() => void vi.useRealTimers());

  test("is requested once for parallel calls and cached for an hour", async () => {
    await Promise.all(Array.from({ length: 20 }, () => discover(client)));
    vi.setSystemTime(Date.now() + 59 * 60_000);
    await discover(client);
    expect(requests).toEqual(["discovery"]);
    vi.setSystemTime(Date.now() + 2 * 60_000);
    await discover(client);
    expect(requests).toEqual(["discovery", "discovery"]);
  });

  test("uses the cached document while the issuer is unavailable", async () => {
    const cached = await discover(client);
    responders.discovery = [html(503)];
    vi.setSystemTime(Date.now() + 61 * 60_000);
    expect(await discover(client)).toBe(cached);
  });

  test("that failed is requested again by the next call", async () => {
    responders.discovery = [html(503), html(503), json(200, discovery())];
    await expect(discover(client)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("503"),
    });
    expect((await discover(client)).issuer).toBe(issuer);
  });

  test.each<[string, () => Responder, LogtoErrorCode, number]>([
    [
      "another issuer's document",
      () => json(200, discovery({ issuer: "https://other.test/oidc" })),
      "rejected",
      1,
    ],
    ["404", () => html(404), "rejected", 1],
    ["a web page", () => html(200), "unavailable", 2],
    ["half of a JSON object", () => truncated, "unavailable", 2],
    ["a dropped connection", () => dropped, "unavailable", 2],
  ])("that returns %s throws the matching error code", async (_, responder, code, times) => {
    responders.discovery = [responder()];
    await expect(refresh()).rejects.toMatchObject({ code });
    expect(requests).toEqual(Array.from({ length: times }, () => "discovery"));
  });

  test("of an unreachable server is reported as unavailable", async () => {
    const nowhere = { ...client, issuer: "http://127.0.0.1:1/oidc" };
    await expect(discover(nowhere)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/ECONNREFUSED|bad port|fetch failed/),
    });
  });
});

describe("userinfo", () => {
  const fetchClaims = () => fetchUserinfo(client, "an-access-token", subject);

  test("returns the user's claims", async () => {
    responders.me = [json(200, { sub: subject, name: null, custom_data: { plan: "team" } })];
    expect(await fetchClaims()).toEqual({
      sub: subject,
      name: null,
      custom_data: { plan: "team" },
    });
  });

  test.each<[string, Responder, LogtoErrorCode]>([
    [
      "rejects the access token",
      oauthError(401, "invalid_token", { "www-authenticate": 'Bearer error="invalid_token"' }),
      "invalid_token",
    ],
    ["rejects it without a challenge", oauthError(401, "invalid_token"), "invalid_token"],
    [
      "rejects it without a reason",
      json(401, {}, { "www-authenticate": "Bearer" }),
      "invalid_token",
    ],
    ["rejects it with a web page", html(401), "invalid_token"],
    ["returns 503", html(503), "unavailable"],
    ["returns a web page", html(200), "unavailable"],
    ["returns half of a JSON object", truncated, "unavailable"],
    ["drops the connection", dropped, "unavailable"],
    ["returns another subject", json(200, { sub: "somebodyelse" }), "rejected"],
    ["returns no subject", json(200, { name: "Alice Kim" }), "unavailable"],
    ["returns 404", html(404), "rejected"],
  ])("that %s throws a LogtoError without the token in its message", async (_, respond, code) => {
    responders.me = [respond];
    const failure = fetchClaims();
    await expect(failure).rejects.toBeInstanceOf(LogtoError);
    await expect(failure).rejects.toMatchObject({
      code,
      message: expect.not.stringContaining("an-access-token"),
    });
  });
});

describe("the end of a session", () => {
  test("revokes the refresh token, and tries again when the response is lost", async () => {
    responders["token/revocation"] = [dropped, (response) => response.writeHead(200).end()];
    await revokeGrant(client, "a-refresh-token");
    expect(count("token/revocation")).toBe(2);
  });

  test("redirects to Logto with the client id, the callback URL and a state, without an id_token", async () => {
    const url = await logtoSignOutUrl(client, "https://app.example/");
    expect(url.href.startsWith(`${issuer}/session/end?`)).toBe(true);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: client.clientId,
      post_logout_redirect_uri: "https://app.example/",
      state: expect.stringMatching(/.{20}/),
    });
  });
});

describe("toLogtoError", () => {
  test("returns a LogtoError unchanged", () => {
    const error = new LogtoError("access_denied", "no member");
    expect(toLogtoError(error)).toBe(error);
  });

  test.each([["a string"], [undefined], [null], [{ status: 400 }], [new Error("")]])(
    "reports %j as unavailable, which ends no session",
    (thrown) => {
      expect(toLogtoError(thrown)).toMatchObject({ code: "unavailable", cause: thrown });
    },
  );
});
