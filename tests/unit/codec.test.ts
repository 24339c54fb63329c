import { hkdfSync } from "node:crypto";
import { decode, encode, getToken } from "next-auth/jwt";
import { base64url, CompactEncrypt } from "jose";
import { describe, expect, test, vi } from "vitest";
import { decodeSession, encodeSession } from "@/lib/session/stores/codec";
import { session } from "./sessions";

const salt = "authjs.session-token";
const newer = "n".repeat(40);
const older = "o".repeat(40);

const decoded = async (value: string, secrets = [newer]) => {
  const token = await decodeSession(value, secrets, salt);
  if (!token) throw new Error("not decoded");
  return token;
};
/** The cookie value that Auth.js encodes. */
const byAuthjs = (secret: string, changes: object = {}) =>
  encode({ token: { ...session(), ...changes }, secret, salt });

describe("the session codec", () => {
  test("decodes what it encoded, as getToken of Auth.js does", async () => {
    const token = session();
    const value = await encodeSession(token, [newer], salt);
    expect(await decoded(value)).toMatchObject(token);
    const headers = new Headers({ cookie: `${salt}=${value}` });
    expect(await getToken({ req: { headers }, secret: newer })).toMatchObject(token);
  });

  test("decodes a cookie of Auth.js, also if another server's clock is half a minute ahead", async () => {
    const { exp: _set, ...rest } = session();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 30_000 });
    const value = await byAuthjs(newer, rest);
    vi.useRealTimers();
    expect(await decoded(value)).toMatchObject(rest);
  });

  test("encodes an unchanged session as the value that it was decoded from", async () => {
    const value = await byAuthjs(newer);
    expect(await encodeSession(await decoded(value), [newer], salt)).toBe(value);
  });

  test("encrypts a changed session once for all parallel calls", async () => {
    const token = session();
    const calls = Array.from({ length: 20 }, () => encodeSession(token, [newer], salt));
    expect(new Set(await Promise.all(calls)).size).toBe(1);
  });

  test("decodes a cookie with an older secret, and encodes it again with the newest", async () => {
    const value = await byAuthjs(older);
    const token = await decoded(value, [newer, older]);
    const rewritten = await encodeSession(token, [newer, older], salt);
    expect(rewritten).not.toBe(value);
    const { sessionId } = token;
    expect(await decode({ token: rewritten, secret: newer, salt })).toMatchObject({ sessionId });
  });

  test("returns null for an expired session", async () => {
    const value = await encodeSession(session({ exp: 1_000_000_000 }), [newer], salt);
    expect(await decodeSession(value, [newer], salt)).toBeNull();
    const foreign = await encode({ token: { ...session() }, secret: newer, salt, maxAge: -60 });
    expect(await decodeSession(foreign, [newer], salt)).toBeNull();
  });

  test("does not derive a key from a password, whose iteration count a cookie could set", async () => {
    const iterations = { p2c: 2_000_000_000, p2s: "c2FsdHNhbHQ" };
    const header = { alg: "PBES2-HS512+A256KW", enc: "A256CBC-HS512", ...iterations };
    const part = base64url.encode(new Uint8Array(40));
    const value = [base64url.encode(JSON.stringify(header)), part, part, part, part].join(".");
    await expect(decodeSession(value, [newer], salt)).rejects.toThrow(/"alg".*not allowed/);
  });

  test("does not decompress a payload, even if it is encrypted with the right key", async () => {
    const info = `Auth.js Generated Encryption Key (${salt})`;
    const key = new Uint8Array(hkdfSync("sha256", newer, salt, info, 64));
    const value = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(session())))
      .setProtectedHeader({ alg: "dir", enc: "A256CBC-HS512", zip: "DEF" })
      .encrypt(key);
    await expect(decodeSession(value, [newer], salt)).rejects.toThrow(/"zip".*not supported/);
  });

  test.each([
    ["of another application", () => encode({ token: { name: "somebody" }, secret: newer, salt })],
    ["empty", () => Promise.resolve("")],
  ])("rejects a cookie that is %s", async (_, value) => {
    await expect(decodeSession(await value(), [newer], salt)).rejects.toThrow();
  });
});
