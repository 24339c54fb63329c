import "./mock-env";
import { CompactSign, exportSPKI, SignJWT } from "jose";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { LogoutTokenErrorCode } from "@/lib/logto/logout-token";
import { DatabaseError } from "@/lib/database-error";
import { handleBackchannelLogout } from "@/lib/session/routes/backchannel-logout";
import { seconds } from "./clock";
import { variables } from "./environment";
import { logoutEvent, newKey, startLogoutIssuer, type LogoutIssuer } from "./logout-issuer";
import { log } from "./mocks";
import { subject } from "./sessions";

const endSessions = vi.hoisted(() => vi.fn());
vi.mock("@/lib/session/lifecycle/ending", () => ({ endSessions }));

let issuer: LogoutIssuer;

beforeEach(async () => {
  endSessions.mockReset().mockResolvedValue(1);
  issuer = await startLogoutIssuer();
  const { client } = issuer;
  Object.assign(variables, {
    AUTH_LOGTO_ISSUER: client.issuer,
    AUTH_LOGTO_ID: client.clientId,
    AUTH_LOGTO_SECRET: client.clientSecret,
  });
});

const formType = "application/x-www-form-urlencoded";

/** Sends a back-channel logout request like Logto's, or a malformed one. */
function post(body: RequestInit["body"], contentType: string | null = formType): Promise<Response> {
  const request = new Request("https://app.test/api/auth/backchannel-logout", {
    method: "POST",
    body: body ?? null,
    ...(contentType !== null && { headers: { "content-type": contentType } }),
    ...(body instanceof ReadableStream && { duplex: "half" }),
  });
  if (contentType === null) request.headers.delete("content-type");
  return handleBackchannelLogout(request);
}

const form = (...logoutTokens: string[]) =>
  new URLSearchParams(logoutTokens.map((logoutToken) => ["logout_token", logoutToken])).toString();

async function expectRejected(response: Response, code?: string): Promise<void> {
  expect(response.status).toBe(400);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(response.headers.get("content-type")).toMatch(/^application\/json/);
  const description = { error: "invalid_request", error_description: expect.any(String) };
  expect(await response.json()).toEqual({ ...description, ...(code && { code }) });
  expect(log.warn).toHaveBeenCalledTimes(1);
  expect(endSessions).not.toHaveBeenCalled();
}

describe("a valid logout token", () => {
  test("ends the sessions that it names, is logged, and the response is an empty 200", async () => {
    endSessions.mockResolvedValue(3);
    const claims = issuer.claims();
    const response = await post(form(await issuer.sign(claims)));
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const before = Number(claims.iat) * 1000 + 999;
    const filter = { subject, logtoSessionId: claims.sid, before };
    expect(endSessions.mock.calls).toEqual([[filter, "session revoked"]]);
    expect(log.info.mock.calls).toEqual([["back-channel logout", { user: subject, sessions: 3 }]]);
  });

  test.each([
    ["sub", { sid: undefined }, { subject }],
    ["sid", { sub: undefined }, { logtoSessionId: "a session at Logto" }],
  ])("with only %s ends sessions by that claim alone", async (_, changes, named) => {
    await post(form(await issuer.sign(changes)));
    expect(endSessions.mock.calls[0]?.[0]).toEqual({ ...named, before: expect.any(Number) });
  });

  test("is accepted with other fields in the form", async () => {
    const body = `state=1&${form(await issuer.sign())}`;
    expect((await post(body, `${formType}; charset=UTF-8`)).status).toBe(200);
  });
});

type Make = () => string | Promise<string>;

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const withHeader =
  (header: object): Make =>
  () =>
    issuer.sign({}, { header });
/** Signs a logout token, and replaces parts of it. */
const altered =
  (change: (parts: string[]) => (string | undefined)[]): Make =>
  async () =>
    change((await issuer.sign()).split(".")).join(".");

type Invalid<T> = [code: LogoutTokenErrorCode, what: string, T];

const invalidClaims: Invalid<Record<string, unknown>>[] = [
  ["iss", "is from another issuer", { iss: "https://other.test/oidc" }],
  ["iss", "has no issuer", { iss: undefined }],
  ["aud", "is for another client", { aud: "another" }],
  ["aud", "is for several clients", { aud: ["another", "application"] }],
  ["aud", "has no audience", { aud: undefined }],
  ["iat", "was issued an hour and five minutes ago", { iat: seconds() - 3_910 }],
  ["iat", "was issued more than an hour in the future", { iat: seconds() + 3_660 }],
  ["iat", "has no time of issue", { iat: undefined }],
  ["iat", "has a string as its time of issue", { iat: "today" }],
  ["nbf", "is not valid yet", { nbf: seconds() + 3_660 }],
  ["exp", "has expired", { exp: seconds() - 3_610 }],
  ["events", "has no events", { events: undefined }],
  ["events", "has another event", { events: { "https://event.test": {} } }],
  ["events", "has a string as events", { events: logoutEvent }],
  ["events", "has a string as the event", { events: { [logoutEvent]: "yes" } }],
  ["nonce", "has a nonce", { nonce: "n-0S6_WzA2Mj" }],
  ["nonce", "has an empty nonce", { nonce: "" }],
  ["sub", "has neither a subject nor a session id", { sub: undefined, sid: undefined }],
  ["sub", "has an empty subject", { sub: "", sid: undefined }],
  ["sub", "has an empty session id", { sub: undefined, sid: "" }],
  ["sub", "has a subject, and null as its session id", { sid: null }],
  ["jti", "has no jti", { jti: undefined }],
  ["jti", "has an empty jti", { jti: "" }],
];

const supports = (...algorithms: string[]) => {
  issuer.metadata = { id_token_signing_alg_values_supported: algorithms };
};
const header = { alg: "ES384", typ: "logout+jwt" };

/** Signs a logout token with a secret, from an issuer whose metadata allows HS256. */
function signWithSecret(secret: string): Promise<string> {
  supports("ES384", "HS256", "none");
  return new SignJWT(issuer.claims())
    .setProtectedHeader({ ...header, alg: "HS256", kid: issuer.key.kid })
    .sign(new TextEncoder().encode(secret));
}

const otherwiseInvalid: Invalid<Make>[] = [
  ["malformed", "is not a JWT", () => "not-a-jwt"],
  ["malformed", "is encrypted, or has the parts of that", () => "e30.e30.e30.e30.e30"],
  [
    "malformed",
    "has no claims object as its payload",
    () =>
      new CompactSign(new TextEncoder().encode("[]"))
        .setProtectedHeader({ ...header, kid: issuer.key.kid })
        .sign(issuer.key.privateKey),
  ],
  [
    "malformed",
    "has an unknown critical header",
    altered(([, ...parts]) => [encoded({ ...header, crit: ["urn:new"], "urn:new": 1 }), ...parts]),
  ],
  ["typ", "has no typ", withHeader({ typ: undefined })],
  ["typ", "is a plain JWT, such as an id_token", withHeader({ typ: "JWT" })],
  ["typ", "is an access token", withHeader({ typ: "at+jwt" })],
  [
    "alg",
    "is unsigned, with alg none",
    () => {
      supports("ES384", "none");
      return `${encoded({ ...header, alg: "none" })}.${encoded(issuer.claims())}.`;
    },
  ],
  ["alg", "is signed with the client secret", () => signWithSecret(issuer.client.clientSecret)],
  [
    "alg",
    "is signed with the public key as a secret",
    async () => signWithSecret(await exportSPKI(issuer.key.publicKey)),
  ],
  [
    "alg",
    "is signed with an algorithm missing from the issuer's metadata",
    async () => {
      issuer.key = await newKey("ES256");
      return issuer.sign({}, { header: { alg: "ES256" } });
    },
  ],
  [
    "alg",
    "is from an issuer without algorithms in its metadata",
    () => {
      issuer.metadata = { id_token_signing_alg_values_supported: undefined };
      return issuer.sign();
    },
  ],
  ["kid", "is signed with an unknown key", withHeader({ kid: "made up" })],
  [
    "signature",
    "is signed with another key under the same kid",
    async () => issuer.sign({}, { key: (await newKey()).privateKey }),
  ],
  [
    "signature",
    "was modified after signing",
    altered(([head, , end]) => [head, encoded(issuer.claims({ sub: "somebodyelse" })), end]),
  ],
  ["signature", "has an empty signature", altered(([head, payload]) => [head, payload, ""])],
];

const signed = ([code, what, changes]: (typeof invalidClaims)[number]): Invalid<Make> => [
  code,
  what,
  () => issuer.sign(changes),
];

test.each([...invalidClaims.map(signed), ...otherwiseInvalid])(
  "a logout token is rejected for its %s as it %s, and is neither shown nor logged",
  async (code, _, make) => {
    const logoutToken = await make();
    const response = await post(form(logoutToken));
    const output = (await response.clone().text()) + JSON.stringify(log.warn.mock.calls);
    await expectRejected(response, code);
    for (const value of [logoutToken, subject, "a session at Logto", issuer.key.kid])
      expect(output).not.toContain(value);
  },
);

describe("a request", () => {
  const text = (size: number) => "x".repeat(size);
  const streamOf = (...chunks: string[]) => new Blob(chunks).stream();
  const broken = () =>
    new ReadableStream({ pull: (controller) => controller.error(new TypeError("terminated")) });
  const multipart = async (logoutToken: string) => {
    const data = new FormData();
    data.set("logout_token", logoutToken);
    const { body, headers } = new Request("https://app.test", { method: "POST", body: data });
    return post(body, headers.get("content-type"));
  };

  test.each<[string, (logoutToken: string) => Promise<Response>]>([
    ["without a body", () => post(null)],
    ["with an empty logout token", () => post(form(""))],
    ["with two logout tokens", async (one) => post(form(one, await issuer.sign()))],
    ["with JSON", (one) => post(JSON.stringify({ logout_token: one }), "application/json")],
    ["with a multipart form", multipart],
    ["with a form without a content type", (one) => post(form(one), null)],
    ["with a form of more than 16 KB", (one) => post(`${form(one)}&padding=${text(16_384)}`)],
    [
      "with a streamed form of more than 16 KB",
      (one) => post(streamOf(form(one), `&padding=${text(8_000)}`, text(9_000))),
    ],
    ["whose body breaks off", () => post(broken())],
  ])("%s is rejected", async (_, send) => {
    await expectRejected(await send(await issuer.sign()));
  });

  test("of nearly 16 KB is accepted", async () => {
    const body = streamOf(`padding=${text(15_000)}`, `&${form(await issuer.sign())}`);
    expect((await post(body)).status).toBe(200);
  });
});

test.each([
  [
    "while the issuer's keys are unavailable",
    () => {
      issuer.respondToKeys = (response) => response.writeHead(503).end();
    },
  ],
  [
    "while the database fails",
    () => void endSessions.mockRejectedValueOnce(new DatabaseError("no response")),
  ],
])("a logout gets a 503 %s, and succeeds on the next try", async (_, fail) => {
  fail();
  const logoutToken = await issuer.sign();
  const response = await post(form(logoutToken));
  expect(response.status).toBe(503);
  expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(await response.json()).toMatchObject({ error: "temporarily_unavailable" });
  expect(log.error).toHaveBeenCalledTimes(1);
  issuer.respondToKeys = undefined;
  endSessions.mockClear();
  expect((await post(form(logoutToken))).status).toBe(200);
  expect(endSessions.mock.calls[0]?.[0]).toMatchObject({ subject });
});
