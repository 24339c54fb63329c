import "./mock-request";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { jwtOptions } from "@/lib/session/authjs/jwt-options";
import { knownSessions } from "@/lib/session/lifecycle/session-state";
import { toTombstone, type Session } from "@/lib/session/model/session";
import { selectStore } from "./current-store";
import { requestWith } from "./request";
import { session } from "./sessions";

/** The sessions of a store in memory. */
const stored = new Map<string, Session | "unreadable">();
const begin = vi.fn();
const inMemory = { begin, read: (value: string) => Promise.resolve(stored.get(value)) };
vi.mock("@/lib/session/stores/current-store", () => import("./current-store"));

const salt = "authjs.session-token";
// Unused: the stores read the secrets from the environment.
const secret = "not used";
const decode = (token: string | undefined) =>
  jwtOptions.decode({ salt, secret, ...(token && { token }) });

type Encoded = NonNullable<Parameters<typeof jwtOptions.encode>[0]["token"]>;

/** Encodes within a request of a browser. */
async function encode(token: Encoded | undefined): Promise<string> {
  const request = await requestWith(undefined, { headers: { "user-agent": "Firefox" } });
  return request.run(async () => jwtOptions.encode({ salt, secret, ...(token && { token }) }));
}

async function decoded(value: string) {
  const found = await decode(value);
  if (!found) throw new Error("not decoded");
  return found;
}

beforeEach(() => {
  stored.clear();
  begin.mockReset().mockImplementation(async (token: Session) => {
    const value = crypto.randomUUID();
    stored.set(value, token);
    return value;
  });
});

describe.each([
  ["the cookie store", undefined],
  ["a store outside the cookie", inMemory],
])("Auth.js's routines with %s", (_, store) => {
  beforeEach(() => selectStore(store));

  test("begin a session at sign-in that can be decoded, without `sub`, which would link accounts", async () => {
    const token = session();
    const found = await decoded(await encode(token));
    expect(found).toMatchObject(token);
    expect(found).not.toHaveProperty("sub");
    // Its grant can be revoked before its first request.
    expect(knownSessions(({ sessionId }) => sessionId === token.sessionId)).toEqual([token]);
  });

  test.each<[string, (found: Encoded) => Encoded]>([
    ["a decoded session", (found) => found],
    ["a copy that Auth.js changed", (found) => ({ ...found, version: 7, iat: 1, jti: "x" })],
  ])("leave the cookie of %s unchanged, and show it in no JSON", async (__, change) => {
    const value = await encode(session());
    begin.mockClear();
    const found = await decoded(value);
    expect(JSON.stringify(found)).not.toContain(value);
    expect(await encode(change(found))).toBe(value);
    expect(begin).not.toHaveBeenCalled();
  });

  test("decode a tombstone as no session", async () => {
    expect(await decode(await encode(toTombstone(session())))).toBeNull();
  });

  test.each(["", undefined, "garbage"])("decode the cookie %j as no session", async (value) => {
    expect(await decode(value)).toBeNull();
  });

  test.each([
    ["nothing", undefined],
    ["a token of Auth.js", { sub: "x", name: "Alice Kim" }],
  ])("throw instead of encoding %s", async (_, token) => {
    await expect(encode(token)).rejects.toThrow(TypeError);
  });
});

test("a cookie that a store outside the cookie can't read is no session", async () => {
  selectStore(inMemory);
  stored.set("tampered with", "unreadable");
  expect(await decode("tampered with")).toBeNull();
});

test("a store outside the cookie receives the user agent of a new session", async () => {
  selectStore(inMemory);
  const token = session();
  await encode(token);
  expect(begin).toHaveBeenCalledExactlyOnceWith(token, { userAgent: "Firefox" });
});
