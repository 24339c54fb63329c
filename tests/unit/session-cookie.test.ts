import { beforeEach, describe, expect, test, vi } from "vitest";
import { sessionCookie } from "@/lib/session/authjs/session-cookie";
import { knownSessions } from "@/lib/session/lifecycle/session-state";
import { toTombstone, type Session } from "@/lib/session/model/session";
import { variables } from "./environment";
import { requestWith } from "./request";
import { session } from "./sessions";

/** A row store in memory. */
const rows = vi.hoisted(() => new Map<string, unknown>());
const begin = vi.hoisted(() => vi.fn());
vi.mock("@/lib/database/row-store", () => ({
  rowStore: { begin, read: (value: string) => Promise.resolve(rows.get(value)) },
}));
vi.mock("@/lib/env", () => import("./environment"));
vi.mock("@/lib/log", () => ({ log: { warn: vi.fn() } }));
vi.mock("next/headers", () => import("./request"));

const salt = "authjs.session-token";
const secret = "not used: the stores know the secrets";
const decode = (token: string | undefined) =>
  sessionCookie.decode({ salt, secret, ...(token && { token }) });

type Encoded = NonNullable<Parameters<typeof sessionCookie.encode>[0]["token"]>;

/** Encodes in a request of a browser. */
async function encode(token: Encoded | undefined): Promise<string> {
  const request = await requestWith(undefined, { headers: { "user-agent": "Firefox" } });
  return request.run(async () => sessionCookie.encode({ salt, secret, ...(token && { token }) }));
}

async function decoded(value: string) {
  const found = await decode(value);
  if (!found) throw new Error("not decoded");
  return found;
}

beforeEach(() => {
  rows.clear();
  begin.mockReset().mockImplementation(async (token: Session) => {
    const value = crypto.randomUUID();
    rows.set(value, token);
    return value;
  });
});

describe.each(["jwt", "database"])("Auth.js's routines in strategy %s", (strategy) => {
  beforeEach(() => {
    variables.AUTH_SESSION_STRATEGY = strategy;
  });

  test("begin a session at sign-in, which is there from then on", async () => {
    const token = session();
    expect(await decoded(await encode(token))).toMatchObject(token);
  });

  test("make it known to this process, so that its grant can be revoked before its first request", async () => {
    const token = session();
    await encode(token);
    expect(knownSessions(({ sessionId }) => sessionId === token.sessionId)).toEqual([token]);
  });

  test("change no session that was decoded: its cookie stays the very same", async () => {
    const value = await encode(session());
    begin.mockClear();
    expect(await encode(await decoded(value))).toBe(value);
    expect(begin).not.toHaveBeenCalled();
  });

  test("know it by its copies, too, whatever Auth.js changes in them", async () => {
    const value = await encode(session());
    begin.mockClear();
    const copy = { ...(await decoded(value)) };
    expect(await encode({ ...copy, version: 7, accessToken: "other", iat: 1, jti: "x" })).toBe(
      value,
    );
    expect(begin).not.toHaveBeenCalled();
  });

  test("show by what they know it in no JSON", async () => {
    const value = await encode(session());
    expect(JSON.stringify(await decoded(value))).not.toContain(value);
  });

  test("give Auth.js nothing called `sub`, by which it would link accounts", async () => {
    expect(await decoded(await encode(session()))).not.toHaveProperty("sub");
  });

  test("take a session that Logto ended for none", async () => {
    expect(await decode(await encode(toTombstone(session())))).toBeNull();
  });

  test.each(["", undefined, "garbage"])("take the cookie %j for none", async (value) => {
    expect(await decode(value)).toBeNull();
  });

  test.each([
    ["nothing", undefined],
    ["a token of Auth.js's own", { sub: "x", name: "Alice Kim" }],
  ])("write no cookie of %s", async (_, token) => {
    await expect(encode(token)).rejects.toThrow(TypeError);
  });
});

test("a cookie that the row store can't read is none", async () => {
  variables.AUTH_SESSION_STRATEGY = "database";
  rows.set("tampered with", "unreadable");
  expect(await decode("tampered with")).toBeNull();
});

test("the row store is told from which browser a session begins", async () => {
  variables.AUTH_SESSION_STRATEGY = "database";
  const token = session();
  await encode(token);
  expect(begin).toHaveBeenCalledExactlyOnceWith(token, { userAgent: "Firefox" });
});
