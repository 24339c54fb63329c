import type { IncomingMessage, ServerResponse } from "node:http";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { discover, toLogtoError, type LogtoClient } from "@/lib/logto/client";
import { LogtoError, type LogtoErrorCode } from "@/lib/logto/errors";
import { logtoSignOutUrl, fetchUserinfo, refreshTokens, revokeGrant } from "@/lib/logto/tokens";
import { closeServer, listen } from "../../packages/logto-stand-in/src/listen";
import { advance, fakeDate } from "./clock";
import { documentOf } from "./documents";
import { subject } from "./sessions";

type Responder = (response: ServerResponse, request: IncomingMessage) => unknown;

const type = (text: string) => ({ "content-type": text });
const json =
  (status: number, body: object, headers: Record<string, string> = {}): Responder =>
  (response) =>
    response
      .writeHead(status, { ...type("application/json"), ...headers })
      .end(JSON.stringify(body));
const html =
  (status: number): Responder =>
  (response) =>
    response.writeHead(status, type("text/html")).end("<!doctype html><h1>Gateway</h1>");
const oauthError = (status: number, error: string, headers?: Record<string, string>) =>
  json(status, { code: `oidc.${error}`, error, error_description: `${error}: why` }, headers);
const truncated: Responder = (response) =>
  response.writeHead(200, type("application/json")).end('{"access_token": "half');
const cutOff: Responder = (response) =>
  response
    .writeHead(200, { ...type("application/json"), "content-length": "99" })
    .write("{", () => response.destroy());
const dropped: Responder = (response) => response.destroy();

let issuer: string;
/** The responses of each endpoint, in order. The last one repeats. */
let responders: Record<string, Responder[]>;
let requests: string[];
let stop: () => Promise<unknown>;

beforeAll(async () => {
  const { port, servers } = await listen(0, (request, response) => {
    const path = (request.url ?? "")
      .replace("/oidc/", "")
      .replace(".well-known/openid-configuration", "discovery");
    requests.push(path);
    const queue = responders[path] ?? [json(404, {})];
    const respond = queue.length > 1 ? queue.shift() : queue[0];
    respond?.(response, request);
  });
  issuer = `http://localhost:${port}/oidc`;
  stop = () => Promise.all(servers.map(closeServer));
});

afterAll(() => stop());

let client: LogtoClient;
let clients = 0;

beforeEach(() => {
  // The app caches the discovery document per client.
  clients += 1;
  client = { issuer, clientId: `app-${clients}`, clientSecret: "a-client-secret" };
  requests = [];
  responders = { discovery: [json(200, documentOf(issuer))] };
});

const refresh = () => refreshTokens(client, "a-refresh-token", subject);
const count = (path: string) => requests.filter((each) => each === path).length;

/** Expects a LogtoError with this code and reason, and without a secret. */
async function expectError(pending: Promise<unknown>, code: LogtoErrorCode, reason = /./) {
  const error: unknown = await pending.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(LogtoError);
  expect(error).toMatchObject({ code, message: expect.stringMatching(reason) });
  expect(String(error)).not.toMatch(/a-refresh-token|an-access-token|a-client-secret|[\r\n]/);
}

describe("a token endpoint that returns", () => {
  // Failures that say nothing about the grant. The client retries once, at once.
  test.each<[string, Responder, RegExp]>([
    ["500", oauthError(500, "server_error"), /HTTP 500/],
    ["503 with a web page", html(503), /HTTP 503/],
    ["502 without a body", (response) => response.writeHead(502).end(), /502/],
    ["429", oauthError(429, "slow_down"), /^slow_down/],
    ["429 with a web page", html(429), /429/],
    ["408", html(408), /408/],
    ["a web page for a token", html(200), /HTTP 200|content-type/],
    ["half of a JSON object", truncated, /pars/],
    ["a response that breaks off", cutOff, /./],
    ["a dropped connection", dropped, /fetch failed|UND_ERR|ECONN/],
  ])("%s is retried once, then reported as unavailable", async (_, respond, reason) => {
    responders.token = [respond];
    await expectError(refresh(), "unavailable", reason);
    expect(count("token")).toBe(2);
    responders.token = [respond, json(200, { access_token: "new", token_type: "Bearer" })];
    expect(await refresh()).toMatchObject({ accessToken: "new" });
  });

  const basic = { "www-authenticate": 'Basic realm="logto"' };
  // Decisions of Logto or of another server.
  test.each<[string, Responder, LogtoErrorCode, RegExp]>([
    ["400 invalid_grant", oauthError(400, "invalid_grant"), "invalid_grant", /: why$/],
    ["400 invalid_target", oauthError(400, "invalid_target"), "invalid_target", /: why$/],
    ["400 invalid_client", oauthError(400, "invalid_client"), "invalid_client", /: why$/],
    ["401 invalid_client", oauthError(401, "invalid_client"), "invalid_client", /: why$/],
    [
      "401 and a challenge",
      oauthError(401, "invalid_client", basic),
      "invalid_client",
      /^HTTP 401/,
    ],
    ["403 access_denied", oauthError(403, "access_denied"), "access_denied", /: why$/],
    ["403", oauthError(403, "insufficient_scope"), "insufficient_scope", /: why$/],
    ["400 invalid_scope", oauthError(400, "invalid_scope"), "rejected", /^invalid_scope/],
    ["no description", json(400, { error: "invalid_request" }), "rejected", /^invalid_request$/],
    ["JSON without an access token", json(200, { ok: true }), "unavailable", /invalid response/],
    ["404", html(404), "rejected", /404/],
    ["403 of a firewall", html(403), "rejected", /403/],
  ])("%s is not retried", async (_, respond, code, reason) => {
    responders.token = [respond];
    await expectError(refresh(), code, reason);
    expect(count("token")).toBe(1);
  });

  test("another error at the retry is reported as the second error", async () => {
    responders.token = [dropped, oauthError(400, "invalid_grant")];
    await expectError(refresh(), "invalid_grant");
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
    const rotated = { ...granted, refresh_token: "rotated", scope: undefined };
    responders.token = [json(200, granted), json(200, rotated)];
    const tokens = { accessToken: "new", expiresIn: 600, claims: undefined };
    const scopes = ["read", "write"];
    expect(await refresh()).toEqual({ ...tokens, refreshToken: "a-refresh-token", scopes });
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

  test("returns the claims of the new id_token, and rejects another subject (OIDC Core §12.2)", async () => {
    const { privateKey, publicKey } = await generateKeyPair("ES384");
    const key = { ...(await exportJWK(publicKey)), alg: "ES384", kid: "1" };
    responders.jwks = [json(200, { keys: [key] })];
    const idToken = (sub: string) =>
      new SignJWT({ roles: ["admin"], nonce: "n" })
        .setProtectedHeader({ alg: "ES384", kid: "1" })
        .setIssuer(issuer)
        .setAudience(client.clientId)
        .setSubject(sub)
        .setIssuedAt()
        .setExpirationTime("1h")
        .sign(privateKey);
    responders.token = [
      json(200, { ...granted, id_token: await idToken(subject) }),
      json(200, { ...granted, id_token: await idToken("somebodyelse") }),
    ];
    expect((await refresh()).claims).toEqual({ sub: subject, roles: ["admin"] });
    await expectError(refresh(), "rejected");
    expect(count("token")).toBe(2);
  });
});

describe("discovery", () => {
  fakeDate();

  test("is requested once for parallel calls and cached for an hour", async () => {
    await Promise.all(Array.from({ length: 20 }, () => discover(client)));
    advance(59 * 60);
    await discover(client);
    expect(requests).toEqual(["discovery"]);
    advance(2 * 60);
    await discover(client);
    expect(requests).toEqual(["discovery", "discovery"]);
  });

  test("uses the cached document while the issuer is unavailable", async () => {
    const cached = await discover(client);
    responders.discovery = [html(503)];
    advance(61 * 60);
    expect(await discover(client)).toBe(cached);
  });

  test.each<[string, Responder, LogtoErrorCode, number]>([
    ["404", html(404), "rejected", 1],
    ["a web page", html(200), "unavailable", 2],
    ["half of a JSON object", truncated, "unavailable", 2],
    ["a dropped connection", dropped, "unavailable", 2],
  ])("that returns %s throws the matching error code", async (_, respond, code, times) => {
    responders.discovery = [respond];
    await expectError(refresh(), code);
    expect(requests).toEqual(Array.from({ length: times }, () => "discovery"));
  });

  test("of an unreachable server is reported as unavailable", async () => {
    const nowhere = { ...client, issuer: "http://127.0.0.1:1/oidc" };
    await expectError(discover(nowhere), "unavailable", /ECONNREFUSED|bad port|fetch failed/);
  });
});

describe("userinfo", () => {
  const fetchClaims = () => fetchUserinfo(client, "an-access-token", subject);

  test("returns the user's claims", async () => {
    const claims = { sub: subject, name: null, custom_data: { plan: "team" } };
    responders.me = [json(200, claims)];
    expect(await fetchClaims()).toEqual(claims);
  });

  const challenge = (value: string) => ({ "www-authenticate": value });
  const invalidToken = challenge('Bearer error="invalid_token"');
  test.each<[string, Responder, LogtoErrorCode]>([
    ["rejects the token", oauthError(401, "invalid_token", invalidToken), "invalid_token"],
    ["rejects it without a challenge", oauthError(401, "invalid_token"), "invalid_token"],
    ["rejects it without a reason", json(401, {}, challenge("Bearer")), "invalid_token"],
    ["rejects it with a web page", html(401), "invalid_token"],
    ["returns 503", html(503), "unavailable"],
    ["returns a web page", html(200), "unavailable"],
    ["returns another subject", json(200, { sub: "somebodyelse" }), "rejected"],
    ["returns no subject", json(200, { name: "Alice Kim" }), "unavailable"],
  ])("that %s throws a LogtoError without the token in its message", async (_, respond, code) => {
    responders.me = [respond];
    await expectError(fetchClaims(), code);
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
