import { CompactSign, exportSPKI, SignJWT } from "jose";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { LogoutTokenErrorCode } from "@/lib/logto/logout-token";
import { DatabaseError } from "@/lib/database-error";
import type * as Ending from "@/lib/session/lifecycle/ending";
import { handleBackchannelLogout } from "@/lib/session/routes/backchannel-logout";
import { cookieStore } from "@/lib/session/stores/cookie-store";
import { logoutEvent, newKey, startLogoutIssuer, type LogoutIssuer } from "./logout-issuer";
import { session } from "./sessions";

const { endSessions, log, rows, variables } = vi.hoisted(() => ({
  endSessions: vi.fn(),
  log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() },
  rows: { are: false, findMany: vi.fn() },
  variables: {
    AUTH_SECRET: ["s".repeat(40)],
    AUTH_LOGTO_ISSUER: "",
    AUTH_LOGTO_ID: "",
    AUTH_LOGTO_SECRET: "",
  },
}));
vi.mock("@/lib/database/client", () => ({
  db: () => ({ session: rows }),
  query: (promise: Promise<unknown>) => promise,
}));
vi.mock("@/lib/env", () => ({
  env: () => variables,
  isHttps: () => false,
  usesRowStore: () => rows.are,
}));
vi.mock("@/lib/log", () => ({ log }));
vi.mock("@/lib/session/lifecycle/ending", () => ({ endSessions }));

let issuer: LogoutIssuer;

beforeEach(async () => {
  vi.clearAllMocks();
  endSessions.mockReset().mockResolvedValue(1);
  rows.are = false;
  issuer = await startLogoutIssuer();
  const { client } = issuer;
  variables.AUTH_LOGTO_ISSUER = client.issuer;
  variables.AUTH_LOGTO_ID = client.clientId;
  variables.AUTH_LOGTO_SECRET = client.clientSecret;
});

const formType = "application/x-www-form-urlencoded";

/** What Logto's server sends, or something like it. */
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

async function expectRefused(response: Response, code?: string): Promise<void> {
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

describe("a good logout token", () => {
  test("ends the sessions that it names, which is answered by an empty 200", async () => {
    const claims = issuer.claims();
    const response = await post(form(await issuer.sign(claims)));
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("");
    expect(response.headers.get("cache-control")).toBe("no-store");
    const which = {
      subject: claims.sub,
      logtoSessionId: claims.sid,
      before: Number(claims.iat) * 1000 + 999,
    };
    expect(endSessions.mock.calls).toEqual([[which, "session revoked"]]);
  });

  test.each([
    ["sub", { sid: undefined }, { subject: "k3v9t2m8qx1a" }],
    ["sid", { sub: undefined }, { logtoSessionId: "a session at Logto" }],
  ])("with %s alone ends sessions by that alone", async (_, changes, named) => {
    await post(form(await issuer.sign(changes)));
    expect(endSessions.mock.calls).toEqual([
      [{ ...named, before: expect.any(Number) }, expect.any(String)],
    ]);
  });

  test("is taken with whatever else is in the form", async () => {
    const response = await post(
      `state=1&${form(await issuer.sign())}`,
      `${formType}; charset=UTF-8`,
    );
    expect(response.status).toBe(200);
  });

  test("is one line in the log, with how many sessions it ended", async () => {
    endSessions.mockResolvedValue(3);
    await post(form(await issuer.sign()));
    const line = ["back-channel logout", { user: "k3v9t2m8qx1a", sessions: 3 }];
    expect(log.info).toHaveBeenCalledExactlyOnceWith(...line);
  });
});

type Make = () => string | Promise<string>;

const seconds = (offset: number) => Math.floor(Date.now() / 1000) + offset;
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const changed = (changes: Record<string, unknown>): Make => {
  return () => issuer.sign(changes);
};
const headed = (header: object): Make => {
  return () => issuer.sign({}, { header });
};
const withEvents = (events: unknown) => changed({ events });

/** Signed with a secret, at an issuer that would allow it. */
async function signWithSecret(secret: string): Promise<string> {
  issuer.metadata = { id_token_signing_alg_values_supported: ["ES384", "HS256", "none"] };
  return new SignJWT(issuer.claims())
    .setProtectedHeader({ alg: "HS256", typ: "logout+jwt", kid: issuer.key.kid })
    .sign(new TextEncoder().encode(secret));
}

const bad: Record<LogoutTokenErrorCode, Record<string, Make>> = {
  malformed: {
    "is no JWT": () => "not-a-jwt",
    "is encrypted, or says so by its five parts": () => "e30.e30.e30.e30.e30",
    "holds no claims": () =>
      new CompactSign(new TextEncoder().encode("[]"))
        .setProtectedHeader({ alg: "ES384", typ: "logout+jwt", kid: issuer.key.kid })
        .sign(issuer.key.privateKey),
    "needs what nobody knows": async () => {
      const [, payload = "", signature = ""] = (await issuer.sign()).split(".");
      return [
        encoded({ alg: "ES384", typ: "logout+jwt", crit: ["urn:new"], "urn:new": 1 }),
        payload,
        signature,
      ].join(".");
    },
  },
  typ: {
    "has no typ": headed({ typ: undefined }),
    "is a JWT of no type, such as an id_token": headed({ typ: "JWT" }),
    "is an access token": headed({ typ: "at+jwt" }),
  },
  alg: {
    "has no signature and says so": () => {
      issuer.metadata = { id_token_signing_alg_values_supported: ["ES384", "none"] };
      return `${encoded({ alg: "none", typ: "logout+jwt" })}.${encoded(issuer.claims())}.`;
    },
    "is signed with the client secret": () => signWithSecret(issuer.client.clientSecret),
    "is signed with the public key as a secret": async () =>
      signWithSecret(await exportSPKI(issuer.key.publicKey)),
    "is signed with an algorithm that the issuer does not announce": async () => {
      issuer.key = await newKey("ES256");
      return issuer.sign({}, { header: { alg: "ES256" } });
    },
    "is from an issuer that announces no algorithm": () => {
      issuer.metadata = { id_token_signing_alg_values_supported: undefined };
      return issuer.sign();
    },
  },
  kid: {
    "is signed with an unknown key": headed({ kid: "made up" }),
  },
  signature: {
    "is signed with another key of that name": async () =>
      issuer.sign({}, { key: (await newKey()).privateKey }),
    "was changed": async () => {
      const [header, , signature] = (await issuer.sign()).split(".");
      return [header, encoded(issuer.claims({ sub: "somebodyelse" })), signature].join(".");
    },
    "lost its signature": async () => (await issuer.sign()).replace(/[^.]+$/, ""),
  },
  iss: {
    "is from another issuer": changed({ iss: "https://other.test/oidc" }),
    "does not say from whom it is": changed({ iss: undefined }),
  },
  aud: {
    "is for another client": changed({ aud: "another" }),
    "is for several others": changed({ aud: ["another", "application"] }),
    "does not say for whom it is": changed({ aud: undefined }),
  },
  iat: {
    "is older than five minutes by clocks that differ by an hour": () =>
      issuer.sign({ iat: seconds(-3_910) }),
    "is from a future of more than an hour": () => issuer.sign({ iat: seconds(3_610) }),
    "does not say when it was issued": changed({ iat: undefined }),
    "says in words when it was issued": changed({ iat: "today" }),
  },
  nbf: { "is not valid yet": () => issuer.sign({ nbf: seconds(3_610) }) },
  exp: { "has expired": () => issuer.sign({ exp: seconds(-3_610) }) },
  events: {
    "has no events": withEvents(undefined),
    "tells of another event": withEvents({ "https://event.test": {} }),
    "has a text for events": withEvents(logoutEvent),
    "has a list of events": withEvents([logoutEvent]),
    "has a text for the event": withEvents({ [logoutEvent]: "yes" }),
    "has null for the event": withEvents({ [logoutEvent]: null }),
    "has a list for the event": withEvents({ [logoutEvent]: [] }),
  },
  nonce: {
    "has a nonce": changed({ nonce: "n-0S6_WzA2Mj" }),
    "has an empty nonce": changed({ nonce: "" }),
    "has null for a nonce": changed({ nonce: null }),
  },
  sub: {
    "names nobody": changed({ sub: undefined, sid: undefined }),
    "has a number for a subject": changed({ sub: 1, sid: undefined }),
    "has an empty subject": changed({ sub: "", sid: undefined }),
    "has an empty session": changed({ sub: undefined, sid: "" }),
    "has null for a session beside a subject": changed({ sid: null }),
  },
  jti: {
    "has no id": changed({ jti: undefined }),
    "has an empty id": changed({ jti: "" }),
    "has a number for an id": changed({ jti: 1 }),
  },
};

const badRows = Object.entries(bad).flatMap(([code, ways]) =>
  Object.entries(ways).map(([way, make]): [string, string, Make] => [way, code, make]),
);

describe("a logout token that", () => {
  test.each(badRows)("%s is refused: %s", async (_, code, make) => {
    await expectRefused(await post(form(await make())), code);
  });

  test.each(badRows)("%s ends nothing (%s)", async (_, __, make) => {
    await post(form(await make()));
    expect(endSessions).not.toHaveBeenCalled();
  });

  test.each(badRows)(
    "%s is repeated neither in the answer nor in the log (%s)",
    async (_, __, make) => {
      const logoutToken = await make();
      const answer = await (await post(form(logoutToken))).text();
      const told = answer + JSON.stringify(log.warn.mock.calls);
      expect(told).not.toContain(logoutToken);
      for (const value of ["k3v9t2m8qx1a", "a session at Logto", issuer.key.kid])
        expect(told).not.toContain(value);
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
      "with a form of another kind",
      async () => {
        const data = new FormData();
        data.set("logout_token", await issuer.sign());
        const { body, headers } = new Request("https://app.test", { method: "POST", body: data });
        return post(body, headers.get("content-type"));
      },
    ],
    ["with a form that does not say so", async () => post(form(await issuer.sign()), null)],
    [
      "with a form of more than 16 KB",
      async () => post(`${form(await issuer.sign())}&padding=${text(16_384)}`),
    ],
    [
      "with a form that goes on for more than 16 KB",
      async () => post(streamOf(form(await issuer.sign()), `&padding=${text(8_000)}`, text(9_000))),
    ],
    [
      "that breaks off",
      async () =>
        post(
          new ReadableStream({
            pull: (controller) => controller.error(new TypeError("terminated")),
          }),
        ),
    ],
  ])("%s is refused", async (_, send) => {
    await expectRefused(await send());
    expect(endSessions).not.toHaveBeenCalled();
  });

  test("of nearly 16 KB is read whole", async () => {
    const response = await post(
      streamOf(`padding=${text(15_000)}`, `&${form(await issuer.sign())}`),
    );
    expect(response.status).toBe(200);
  });
});

describe("a logout at a bad moment", () => {
  async function expectLater(response: Response): Promise<void> {
    expect(response.status).toBe(503);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toMatchObject({ error: "temporarily_unavailable" });
    expect(log.error).toHaveBeenCalledTimes(1);
  }

  test("is put off while the issuer's keys can't be had, and works at the next try", async () => {
    issuer.answerKeys = (response) => response.writeHead(503).end();
    const logoutToken = await issuer.sign();
    await expectLater(await post(form(logoutToken)));
    expect(endSessions).not.toHaveBeenCalled();
    issuer.answerKeys = undefined;
    expect((await post(form(logoutToken))).status).toBe(200);
  });

  test("is put off while the database fails, and works at the next try", async () => {
    endSessions.mockRejectedValueOnce(new DatabaseError("no answer"));
    const logoutToken = await issuer.sign();
    await expectLater(await post(form(logoutToken)));
    expect((await post(form(logoutToken))).status).toBe(200);
    const which = expect.objectContaining({ subject: "k3v9t2m8qx1a" });
    expect(endSessions).toHaveBeenLastCalledWith(which, expect.any(String));
  });
});

describe("a logout token that is used twice", () => {
  beforeEach(async () => {
    // The real one, in place of what stands for it elsewhere.
    const actual = await vi.importActual<typeof Ending>("@/lib/session/lifecycle/ending");
    endSessions.mockImplementation(actual.endSessions);
  });

  test.each([
    ["a subject", { sid: undefined }],
    ["one session at Logto", { sub: undefined }],
  ])("for %s ends nothing that began after it was issued", async (_, changes) => {
    const iat = seconds(0);
    const isOver = async (startedAt: number) => {
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
    expect(await Promise.all([iat - 1, iat, iat + 1].map(isOver))).toEqual([true, true, false]);
  });

  test("looks both times for the rows of sessions that began by the end of its second", async () => {
    rows.are = true;
    rows.findMany.mockResolvedValue([]);
    const iat = seconds(0);
    const logoutToken = await issuer.sign({ sid: undefined, iat });
    await post(form(logoutToken));
    await post(form(logoutToken));
    const where = { userId: "k3v9t2m8qx1a", startedAt: { lte: new Date(iat * 1000 + 999) } };
    const asked = expect.objectContaining({ where });
    expect(rows.findMany.mock.calls).toEqual([[asked], [asked]]);
  });
});
