import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { discover, toLogtoError, type LogtoClient } from "@/lib/logto/client";
import { LogtoError, type LogtoErrorCode } from "@/lib/logto/errors";
import { endSessionUrl, fetchUserinfo, refreshTokens, revokeGrant } from "@/lib/logto/tokens";

type Answer = (response: ServerResponse, request: IncomingMessage) => unknown;

const json =
  (status: number, body: object, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response
      .writeHead(status, { "content-type": "application/json", ...headers })
      .end(JSON.stringify(body));
const html =
  (status: number): Answer =>
  (response) =>
    response
      .writeHead(status, { "content-type": "text/html" })
      .end("<!doctype html><h1>Gateway</h1>");
const refusal = (status: number, error: string, headers?: Record<string, string>) =>
  json(
    status,
    { code: `oidc.${error}`, message: error, error, error_description: `${error}: why` },
    headers,
  );
const truncated: Answer = (response) =>
  response.writeHead(200, { "content-type": "application/json" }).end('{"access_token": "half');
const cutOff: Answer = (response) =>
  response
    .writeHead(200, { "content-type": "application/json", "content-length": "99" })
    .write("{", () => {
      response.destroy();
    });
const dropped: Answer = (response) => response.destroy();

const subject = "k3v9t2m8qx1a";
let issuer: string;
/** What each endpoint answers, one after another; the last goes on. */
let answers: Record<string, Answer[]>;
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
  const queue = answers[path] ?? [json(404, {})];
  const answer = queue.length > 1 ? queue.shift() : queue[0];
  answer?.(response, request);
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
  // Discovery is kept by client.
  clients += 1;
  client = { issuer, clientId: `app-${clients}`, clientSecret: "a-client-secret" };
  requests = [];
  answers = { discovery: [json(200, discovery())] };
});

const refresh = () => refreshTokens(client, "a-refresh-token", subject);
const count = (path: string) => requests.filter((each) => each === path).length;

interface Row {
  answer: Answer;
  code: LogtoErrorCode;
  reason: RegExp;
}

/** Says nothing about the grant, so that it is asked for once more at once. */
const passing: Record<string, Row> = {
  "500": { answer: refusal(500, "server_error"), code: "unavailable", reason: /HTTP 500/ },
  "503 with a web page": { answer: html(503), code: "unavailable", reason: /HTTP 503/ },
  "502 without a body": {
    answer: (response) => response.writeHead(502).end(),
    code: "unavailable",
    reason: /502/,
  },
  "429": { answer: refusal(429, "slow_down"), code: "unavailable", reason: /^slow_down/ },
  "429 with a web page": { answer: html(429), code: "unavailable", reason: /429/ },
  "408": { answer: html(408), code: "unavailable", reason: /408/ },
  "a web page for a token": {
    answer: html(200),
    code: "unavailable",
    reason: /HTTP 200|content-type/,
  },
  "half of a JSON object": { answer: truncated, code: "unavailable", reason: /pars/ },
  "an answer that breaks off": { answer: cutOff, code: "unavailable", reason: /./ },
  "a dropped connection": {
    answer: dropped,
    code: "unavailable",
    reason: /fetch failed|UND_ERR|ECONN/,
  },
};

/** Logto's decision, or another server's: asked once. */
const final: Record<string, Row> = {
  "400 invalid_grant": {
    answer: refusal(400, "invalid_grant"),
    code: "invalid_grant",
    reason: /: why$/,
  },
  "400 invalid_target": {
    answer: refusal(400, "invalid_target"),
    code: "invalid_target",
    reason: /: why$/,
  },
  "400 invalid_client": {
    answer: refusal(400, "invalid_client"),
    code: "invalid_client",
    reason: /: why$/,
  },
  "401 invalid_client": {
    answer: refusal(401, "invalid_client"),
    code: "invalid_client",
    reason: /: why$/,
  },
  "401 with a challenge": {
    answer: refusal(401, "invalid_client", { "www-authenticate": 'Basic realm="logto"' }),
    code: "invalid_client",
    reason: /^HTTP 401/,
  },
  "403 access_denied": {
    answer: refusal(403, "access_denied"),
    code: "access_denied",
    reason: /: why$/,
  },
  "403 insufficient_scope": {
    answer: refusal(403, "insufficient_scope"),
    code: "insufficient_scope",
    reason: /: why$/,
  },
  "400 invalid_scope": {
    answer: refusal(400, "invalid_scope"),
    code: "rejected",
    reason: /^invalid_scope/,
  },
  "an error without a description": {
    answer: json(400, { error: "invalid_request" }),
    code: "rejected",
    reason: /^invalid_request$/,
  },
  "JSON without an access token": {
    answer: json(200, { ok: true }),
    code: "unavailable",
    reason: /invalid response/,
  },
  "404": { answer: html(404), code: "rejected", reason: /404/ },
  "403 of a firewall": { answer: html(403), code: "rejected", reason: /403/ },
};

describe("a token endpoint that answers", () => {
  test.each(Object.entries(passing))(
    "%s is asked a second time, and then unavailable",
    async (_, row) => {
      answers.token = [row.answer];
      const failure = refresh();
      await expect(failure).rejects.toBeInstanceOf(LogtoError);
      await expect(failure).rejects.toMatchObject({
        code: row.code,
        message: expect.stringMatching(row.reason),
      });
      expect(count("token")).toBe(2);
    },
  );

  test.each(Object.entries(passing))("%s once has not been noticed", async (_, row) => {
    answers.token = [row.answer, json(200, { access_token: "new", token_type: "Bearer" })];
    expect(await refresh()).toMatchObject({ accessToken: "new" });
  });

  test.each(Object.entries(final))("%s is believed at once", async (_, row) => {
    answers.token = [row.answer];
    const failure = refresh();
    await expect(failure).rejects.toBeInstanceOf(LogtoError);
    await expect(failure).rejects.toMatchObject({
      code: row.code,
      message: expect.stringMatching(row.reason),
    });
    expect(count("token")).toBe(1);
  });

  test.each(Object.entries({ ...passing, ...final }))(
    "%s puts no token into the error",
    async (_, row) => {
      answers.token = [row.answer];
      const error: unknown = await refresh().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Error);
      expect(String(error)).not.toMatch(/a-refresh-token|a-client-secret|[\r\n]/);
    },
  );

  test("something else the second time is told by that", async () => {
    answers.token = [dropped, refusal(400, "invalid_grant")];
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

  test("gives the tokens, and the same refresh token where no other came", async () => {
    answers.token = [
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

  test("takes an hour for a lifetime that is not told (RFC 6749 §5.1)", async () => {
    answers.token = [json(200, { ...granted, expires_in: undefined })];
    expect((await refresh()).expiresIn).toBe(3600);
  });

  test("names the resource and the organization, and authenticates by its header", async () => {
    let body = "";
    let authorization: string | undefined;
    answers.token = [
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
    answers.jwks = [
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

  test("gives the claims of a fresh id_token", async () => {
    answers.token = [json(200, { ...granted, id_token: await idToken(subject) })];
    expect((await refresh()).claims).toEqual({ sub: subject, roles: ["admin"] });
  });

  test("is refused when its id_token is about somebody else (OIDC Core §12.2)", async () => {
    answers.token = [json(200, { ...granted, id_token: await idToken("somebodyelse") })];
    await expect(refresh()).rejects.toMatchObject({ code: "rejected" });
    expect(count("token")).toBe(1);
  });
});

describe("discovery", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
  afterEach(() => void vi.useRealTimers());

  test("is made once for all who ask, and kept for an hour", async () => {
    await Promise.all(Array.from({ length: 20 }, () => discover(client)));
    vi.setSystemTime(Date.now() + 59 * 60_000);
    await discover(client);
    expect(requests).toEqual(["discovery"]);
    vi.setSystemTime(Date.now() + 2 * 60_000);
    await discover(client);
    expect(requests).toEqual(["discovery", "discovery"]);
  });

  test("goes on with what it knows while the issuer does not answer", async () => {
    const known = await discover(client);
    answers.discovery = [html(503)];
    vi.setSystemTime(Date.now() + 61 * 60_000);
    expect(await discover(client)).toBe(known);
  });

  test("that failed is made again for the next who asks", async () => {
    answers.discovery = [html(503), html(503), json(200, discovery())];
    await expect(discover(client)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("503"),
    });
    expect((await discover(client)).issuer).toBe(issuer);
  });

  test.each<[string, () => Answer, LogtoErrorCode, number]>([
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
  ])("that meets %s is told apart", async (_, answer, code, times) => {
    answers.discovery = [answer()];
    await expect(refresh()).rejects.toMatchObject({ code });
    expect(requests).toEqual(Array.from({ length: times }, () => "discovery"));
  });

  test("of a server that does not exist is an outage", async () => {
    const nowhere = { ...client, issuer: "http://127.0.0.1:1/oidc" };
    await expect(discover(nowhere)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/ECONNREFUSED|bad port|fetch failed/),
    });
  });
});

describe("userinfo", () => {
  const ask = () => fetchUserinfo(client, "an-access-token", subject);

  test("is the user's claims", async () => {
    answers.me = [json(200, { sub: subject, name: null, custom_data: { plan: "team" } })];
    expect(await ask()).toEqual({ sub: subject, name: null, custom_data: { plan: "team" } });
  });

  test.each<[string, Answer, LogtoErrorCode]>([
    [
      "refuses the access token",
      refusal(401, "invalid_token", { "www-authenticate": 'Bearer error="invalid_token"' }),
      "invalid_token",
    ],
    ["refuses it without a challenge", refusal(401, "invalid_token"), "invalid_token"],
    [
      "refuses it without saying why",
      json(401, {}, { "www-authenticate": "Bearer" }),
      "invalid_token",
    ],
    ["refuses it by a web page", html(401), "invalid_token"],
    ["answers 503", html(503), "unavailable"],
    ["answers a web page", html(200), "unavailable"],
    ["answers half of a JSON object", truncated, "unavailable"],
    ["drops the connection", dropped, "unavailable"],
    ["answers about somebody else", json(200, { sub: "somebodyelse" }), "rejected"],
    ["answers without a subject", json(200, { name: "Alice Kim" }), "unavailable"],
    ["knows no such path", html(404), "rejected"],
  ])("that %s is a typed error without the token", async (_, answer, code) => {
    answers.me = [answer];
    const failure = ask();
    await expect(failure).rejects.toBeInstanceOf(LogtoError);
    await expect(failure).rejects.toMatchObject({
      code,
      message: expect.not.stringContaining("an-access-token"),
    });
  });
});

describe("the end of a session", () => {
  test("revokes the refresh token, and once more where the answer got lost", async () => {
    answers["token/revocation"] = [dropped, (response) => response.writeHead(200).end()];
    await revokeGrant(client, "a-refresh-token");
    expect(count("token/revocation")).toBe(2);
  });

  test("goes to Logto with the client's id, the way back and a state, and no id_token", async () => {
    const url = await endSessionUrl(client, "https://app.example/");
    expect(url.href.startsWith(`${issuer}/session/end?`)).toBe(true);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: client.clientId,
      post_logout_redirect_uri: "https://app.example/",
      state: expect.stringMatching(/.{20}/),
    });
  });
});

describe("toLogtoError", () => {
  test("leaves one as it is", () => {
    const error = new LogtoError("access_denied", "no member");
    expect(toLogtoError(error)).toBe(error);
  });

  test.each([["a string"], [undefined], [null], [{ status: 400 }], [new Error("")]])(
    "takes %j for an outage, which ends nothing",
    (thrown) => {
      expect(toLogtoError(thrown)).toMatchObject({ code: "unavailable", cause: thrown });
    },
  );
});
