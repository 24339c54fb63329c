import { CompactSign, exportSPKI, SignJWT } from "jose";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { LogoutTokenErrorCode } from "@/lib/logto/logout-token";
import { DatabaseError } from "@/lib/database-error";
import type * as Ending from "@/lib/session/lifecycle/ending";
import { handleBackchannelLogout } from "@/lib/session/routes/backchannel-logout";
import { cookieStore } from "@/lib/session/stores/cookie-store";
import { selectStore } from "./current-store";
import { logoutEvent, newKey, startLogoutIssuer, type LogoutIssuer } from "./logout-issuer";
import { session } from "./sessions";

const { endSessions, log, variables } = vi.hoisted(() => ({
  endSessions: vi.fn(),
  log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() },
  variables: {
    AUTH_SECRET: ["s".repeat(40)],
    AUTH_LOGTO_ISSUER: "",
    AUTH_LOGTO_ID: "",
    AUTH_LOGTO_SECRET: "",
  },
}));
vi.mock("@/lib/session/stores/current-store", () => import("./current-store"));
vi.mock("@/lib/env", () => ({
  env: () => variables,
  isHttps: () => false,
}));
vi.mock("@/lib/log", () => ({ log }));
vi.mock("@/lib/session/lifecycle/ending", () => ({ endSessions }));

let issuer: LogoutIssuer;

beforeEach(async () => {
  vi.clearAllMocks();
  endSessions.mockReset().mockResolvedValue(1);
  selectStore();
  issuer = await startLogoutIssuer();
  const { client } = issuer;
  variables.AUTH_LOGTO_ISSUER = client.issuer;
  variables.AUTH_LOGTO_ID = client.clientId;
  variables.AUTH_LOGTO_SECRET = client.clientSecret;
});

const formType = "application/x-www-form-urlencoded";

/** Sends a back-channel logout request like Logto's, or a malformed one. */
function post(body: RequestInit["body"], contentType: string | null = formType): Promise<Response> {
  const headers = new Headers(contentType === null ? {} : { "content-type": contentType });
  const request = new Request("https://app.test/api/auth/backchannel-logout", {
    method: "POST",
    headers,
    body: body ?? null,
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
  const body: unknown = await response.json();
  expect(body).toEqual({
    error: "invalid_request",
    error_description: expect.any(String),
    ...(code && { code }),
  });
  expect(log.warn).toHaveBeenCalledTimes(1);
}

describe("a valid logout token", () => {
  test("ends the sessions that it names, and the response is an empty 200", async () => {
    const claims = issuer.claims();
    const response = await post(form(await issuer.sign(claims)));
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("");
    expect(response.headers.get("cache-control")).toBe("no-store");
    const filter = {
      subject: claims.sub,
      logtoSessionId: claims.sid,
      before: Number(claims.iat) * 1000 + 999,
    };
    expect(endSessions.mock.calls).toEqual([[filter, "session revoked"]]);
  });

  test.each([
    ["sub", { sid: undefined }, { subject: "k3v9t2m8qx1a" }],
    ["sid", { sub: undefined }, { logtoSessionId: "a session at Logto" }],
  ])("with only %s ends sessions by that claim alone", async (_, changes, named) => {
    await post(form(await issuer.sign(changes)));
    expect(endSessions.mock.calls).toEqual([
      [{ ...named, before: expect.any(Number) }, expect.any(String)],
    ]);
  });

  test("is accepted with other fields in the form", async () => {
    const response = await post(
      `state=1&${form(await issuer.sign())}`,
      `${formType}; charset=UTF-8`,
    );
    expect(response.status).toBe(200);
  });

  test("writes one log line with the number of sessions that it ended", async () => {
    endSessions.mockResolvedValue(3);
    await post(form(await issuer.sign()));
    const line = ["back-channel logout", { user: "k3v9t2m8qx1a", sessions: 3 }];
    expect(log.info).toHaveBeenCalledExactlyOnceWith(...line);
  });
});

type Make = () => string | Promise<string>;

const seconds = (offset: number) => Math.floor(Date.now() / 1000) + offset;
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const withClaims = (changes: Record<string, unknown>): Make => {
  return () => issuer.sign(changes);
};
const withHeader = (header: object): Make => {
  return () => issuer.sign({}, { header });
};
const withEvents = (events: unknown) => withClaims({ events });

/** A logout token signed with a secret, from an issuer whose metadata allows HS256. */
async function signWithSecret(secret: string): Promise<string> {
  issuer.metadata = { id_token_signing_alg_values_supported: ["ES384", "HS256", "none"] };
  return new SignJWT(issuer.claims())
    .setProtectedHeader({ alg: "HS256", typ: "logout+jwt", kid: issuer.key.kid })
    .sign(new TextEncoder().encode(secret));
}

const invalid: Record<LogoutTokenErrorCode, Record<string, Make>> = {
  malformed: {
    "is not a JWT": () => "not-a-jwt",
    "is encrypted, or has the five parts of an encrypted JWT": () => "e30.e30.e30.e30.e30",
    "has no claims object as its payload": () =>
      new CompactSign(new TextEncoder().encode("[]"))
        .setProtectedHeader({ alg: "ES384", typ: "logout+jwt", kid: issuer.key.kid })
        .sign(issuer.key.privateKey),
    "has an unknown critical header": async () => {
      const [, payload = "", signature = ""] = (await issuer.sign()).split(".");
      return [
        encoded({ alg: "ES384", typ: "logout+jwt", crit: ["urn:new"], "urn:new": 1 }),
        payload,
        signature,
      ].join(".");
    },
  },
  typ: {
    "has no typ": withHeader({ typ: undefined }),
    "is a plain JWT, such as an id_token": withHeader({ typ: "JWT" }),
    "is an access token": withHeader({ typ: "at+jwt" }),
  },
  alg: {
    "is unsigned, with alg none": () => {
      issuer.metadata = { id_token_signing_alg_values_supported: ["ES384", "none"] };
      return `${encoded({ alg: "none", typ: "logout+jwt" })}.${encoded(issuer.claims())}.`;
    },
    "is signed with the client secret": () => signWithSecret(issuer.client.clientSecret),
    "is signed with the public key as a secret": async () =>
      signWithSecret(await exportSPKI(issuer.key.publicKey)),
    "is signed with an algorithm missing from the issuer's metadata": async () => {
      issuer.key = await newKey("ES256");
      return issuer.sign({}, { header: { alg: "ES256" } });
    },
    "is from an issuer without algorithms in its metadata": () => {
      issuer.metadata = { id_token_signing_alg_values_supported: undefined };
      return issuer.sign();
    },
  },
  kid: {
    "is signed with an unknown key": withHeader({ kid: "made up" }),
  },
  signature: {
    "is signed with another key under the same kid": async () =>
      issuer.sign({}, { key: (await newKey()).privateKey }),
    "was modified after signing": async () => {
      const [header, , signature] = (await issuer.sign()).split(".");
      return [header, encoded(issuer.claims({ sub: "somebodyelse" })), signature].join(".");
    },
    "has an empty signature": async () => (await issuer.sign()).replace(/[^.]+$/, ""),
  },
  iss: {
    "is from another issuer": withClaims({ iss: "https://other.test/oidc" }),
    "has no issuer": withClaims({ iss: undefined }),
  },
  aud: {
    "is for another client": withClaims({ aud: "another" }),
    "is for several clients": withClaims({ aud: ["another", "application"] }),
    "has no audience": withClaims({ aud: undefined }),
  },
  iat: {
    "was issued more than an hour and five minutes ago": () =>
      issuer.sign({ iat: seconds(-3_910) }),
    "was issued more than an hour in the future": () => issuer.sign({ iat: seconds(3_610) }),
    "has no time of issue": withClaims({ iat: undefined }),
    "has a string as its time of issue": withClaims({ iat: "today" }),
  },
  nbf: { "is not valid yet": () => issuer.sign({ nbf: seconds(3_610) }) },
  exp: { "has expired": () => issuer.sign({ exp: seconds(-3_610) }) },
  events: {
    "has no events": withEvents(undefined),
    "has another event": withEvents({ "https://event.test": {} }),
    "has a string as events": withEvents(logoutEvent),
    "has an array as events": withEvents([logoutEvent]),
    "has a string as the event": withEvents({ [logoutEvent]: "yes" }),
    "has null as the event": withEvents({ [logoutEvent]: null }),
    "has an array as the event": withEvents({ [logoutEvent]: [] }),
  },
  nonce: {
    "has a nonce": withClaims({ nonce: "n-0S6_WzA2Mj" }),
    "has an empty nonce": withClaims({ nonce: "" }),
    "has null as its nonce": withClaims({ nonce: null }),
  },
  sub: {
    "has neither a subject nor a session id": withClaims({ sub: undefined, sid: undefined }),
    "has a number as its subject": withClaims({ sub: 1, sid: undefined }),
    "has an empty subject": withClaims({ sub: "", sid: undefined }),
    "has an empty session id": withClaims({ sub: undefined, sid: "" }),
    "has a subject, and null as its session id": withClaims({ sid: null }),
  },
  jti: {
    "has no jti": withClaims({ jti: undefined }),
    "has an empty jti": withClaims({ jti: "" }),
    "has a number as its jti": withClaims({ jti: 1 }),
  },
};

const invalidRows = Object.entries(invalid).flatMap(([code, cases]) =>
  Object.entries(cases).map(([name, make]): [string, string, Make] => [name, code, make]),
);

describe("a logout token that", () => {
  test.each(invalidRows)("%s is rejected: %s", async (_, code, make) => {
    await expectRejected(await post(form(await make())), code);
  });

  test.each(invalidRows)("%s ends no session (%s)", async (_, __, make) => {
    await post(form(await make()));
    expect(endSessions).not.toHaveBeenCalled();
  });

  test.each(invalidRows)(
    "%s appears neither in the response nor in the log (%s)",
    async (_, __, make) => {
      const logoutToken = await make();
      const body = await (await post(form(logoutToken))).text();
      const output = body + JSON.stringify(log.warn.mock.calls);
      expect(output).not.toContain(logoutToken);
      for (const value of ["k3v9t2m8qx1a", "a session at Logto", issuer.key.kid])
        expect(output).not.toContain(value);
    },
  );
});

describe("a request", () => {
  const text = (size: number) => form("x".repeat(size - form("").length));
  const streamOf = (...chunks: string[]) =>
    new ReadableStream({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
        controller.close();
      },
    });

  test.each<[string, () => Promise<Response>]>([
    ["without a body", () => post(null)],
    ["with an empty form", () => post("")],
    ["without a logout token", () => post("state=1")],
    ["with an empty logout token", () => post(form(""))],
    ["with two logout tokens", async () => post(form(await issuer.sign(), await issuer.sign()))],
    [
      "with the same logout token twice",
      async () => {
        const logoutToken = await issuer.sign();
        return post(form(logoutToken, logoutToken));
      },
    ],
    [
      "with JSON",
      async () => post(JSON.stringify({ logout_token: await issuer.sign() }), "application/json"),
    ],
    [
      "with a multipart form",
      async () => {
        const data = new FormData();
        data.set("logout_token", await issuer.sign());
        const { body, headers } = new Request("https://app.test", { method: "POST", body: data });
        return post(body, headers.get("content-type"));
      },
    ],
    ["with a form without a content type", async () => post(form(await issuer.sign()), null)],
    [
      "with a form of more than 16 KB",
      async () => post(`${form(await issuer.sign())}&padding=${text(16_384)}`),
    ],
    [
      "with a streamed form of more than 16 KB",
      async () => post(streamOf(form(await issuer.sign()), `&padding=${text(8_000)}`, text(9_000))),
    ],
    [
      "whose body breaks off",
      async () =>
        post(
          new ReadableStream({
            pull: (controller) => controller.error(new TypeError("terminated")),
          }),
        ),
    ],
  ])("%s is rejected", async (_, send) => {
    await expectRejected(await send());
    expect(endSessions).not.toHaveBeenCalled();
  });

  test("of nearly 16 KB is accepted", async () => {
    const response = await post(
      streamOf(`padding=${text(15_000)}`, `&${form(await issuer.sign())}`),
    );
    expect(response.status).toBe(200);
  });
});

describe("a logout during an outage", () => {
  async function expectRetryLater(response: Response): Promise<void> {
    expect(response.status).toBe(503);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toMatchObject({ error: "temporarily_unavailable" });
    expect(log.error).toHaveBeenCalledTimes(1);
  }

  test("gets a 503 while the issuer's keys are unavailable, and succeeds on the next try", async () => {
    issuer.respondToKeys = (response) => response.writeHead(503).end();
    const logoutToken = await issuer.sign();
    await expectRetryLater(await post(form(logoutToken)));
    expect(endSessions).not.toHaveBeenCalled();
    issuer.respondToKeys = undefined;
    expect((await post(form(logoutToken))).status).toBe(200);
  });

  test("gets a 503 while the database fails, and succeeds on the next try", async () => {
    endSessions.mockRejectedValueOnce(new DatabaseError("no response"));
    const logoutToken = await issuer.sign();
    await expectRetryLater(await post(form(logoutToken)));
    expect((await post(form(logoutToken))).status).toBe(200);
    const filter = expect.objectContaining({ subject: "k3v9t2m8qx1a" });
    expect(endSessions).toHaveBeenLastCalledWith(filter, expect.any(String));
  });
});

describe("a logout token that is used twice", () => {
  beforeEach(async () => {
    // The real function instead of the mock.
    const actual = await vi.importActual<typeof Ending>("@/lib/session/lifecycle/ending");
    endSessions.mockImplementation(actual.endSessions);
  });

  test.each([
    ["a subject", { sid: undefined }],
    ["one session at Logto", { sub: undefined }],
  ])("for %s ends no session that began after it was issued", async (_, changes) => {
    const iat = seconds(0);
    const isEnded = async (startedAt: number) => {
      const token = session({ logtoSessionId: "a session at Logto", startedAt });
      return (
        (await cookieStore.read(await cookieStore.begin(token, { userAgent: null }))) === undefined
      );
    };
    const logoutToken = await issuer.sign({ ...changes, iat });
    const statuses = [
      (await post(form(logoutToken))).status,
      (await post(form(logoutToken))).status,
    ];
    expect(statuses).toEqual([200, 200]);
    expect(await Promise.all([iat - 1, iat, iat + 1].map(isEnded))).toEqual([true, true, false]);
  });

  test("selects the stored sessions that began by the end of its second both times", async () => {
    const endAll = vi.fn().mockResolvedValue([]);
    selectStore({ endAll });
    const iat = seconds(0);
    const logoutToken = await issuer.sign({ sid: undefined, iat });
    await post(form(logoutToken));
    await post(form(logoutToken));
    const which = { subject: "k3v9t2m8qx1a", before: iat * 1000 + 999 };
    expect(endAll.mock.calls).toEqual([
      [which, []],
      [which, []],
    ]);
  });
});
