import { hkdfSync } from "node:crypto";
import { decode, encode, getToken } from "next-auth/jwt";
import { base64url, CompactEncrypt } from "jose";
import { describe, expect, test } from "vitest";
import { decodeSession, encodeSession } from "@/lib/session/stores/codec";
import { session } from "./sessions";

const salt = "authjs.session-token";
const newer = "n".repeat(40);
const older = "o".repeat(40);

describe("the session codec", () => {
  test("reads what it wrote", async () => {
    const token = session();
    const value = await encodeSession(token, [newer], salt);
    expect(await decodeSession(value, [newer], salt)).toMatchObject(token);
  });

  test("writes what Auth.js's getToken reads", async () => {
    const token = session();
    const value = await encodeSession(token, [newer], salt);
    const headers = new Headers({ cookie: `${salt}=${value}` });
    expect(await getToken({ req: { headers }, secret: newer })).toMatchObject(token);
  });

  test("reads what Auth.js wrote", async () => {
    const token = session();
    const value = await encode({ token: { ...token }, secret: newer, salt, maxAge: 7 * 24 * 3600 });
    expect(await decodeSession(value, [newer], salt)).toMatchObject({
      sessionId: token.sessionId,
      claims: token.claims,
    });
  });

  test("gives an unchanged session back as the value it was read from", async () => {
    const value = await encode({ token: { ...session() }, secret: newer, salt });
    const token = await decodeSession(value, [newer], salt);
    if (!token) throw new Error("not decoded");
    expect(await encodeSession(token, [newer], salt)).toBe(value);
  });

  test("encrypts a changed session once for all who write it", async () => {
    const token = session();
    const values = await Promise.all(
      Array.from({ length: 20 }, () => encodeSession(token, [newer], salt)),
    );
    expect(new Set(values).size).toBe(1);
  });

  test("reads a cookie made with an older secret, and writes it anew with the newest", async () => {
    const value = await encode({ token: { ...session() }, secret: older, salt });
    const token = await decodeSession(value, [newer, older], salt);
    if (!token) throw new Error("not decoded");
    const rewritten = await encodeSession(token, [newer, older], salt);
    expect(rewritten).not.toBe(value);
    expect(await decode({ token: rewritten, secret: newer, salt })).toMatchObject({
      sessionId: token.sessionId,
    });
  });

  test("reads a cookie of an earlier version, in which the subject is called `sub`", async () => {
    const { subject, exp: _set, ...rest } = session();
    const value = await encode({ token: { ...rest, sub: subject }, secret: newer, salt });
    const token = await decodeSession(value, [newer], salt);
    expect(token).toMatchObject({ ...rest, subject });
    expect(token).not.toHaveProperty("sub");
  });

  test("takes a session whose time is over for none", async () => {
    const value = await encodeSession(session({ exp: 1_000_000_000 }), [newer], salt);
    expect(await decodeSession(value, [newer], salt)).toBeNull();
    const foreign = await encode({ token: { ...session() }, secret: newer, salt, maxAge: -60 });
    expect(await decodeSession(foreign, [newer], salt)).toBeNull();
  });

  test("derives no key from a password, however often a cookie wants it done", async () => {
    const header = {
      alg: "PBES2-HS512+A256KW",
      enc: "A256CBC-HS512",
      p2c: 2_000_000_000,
      p2s: "c2FsdHNhbHQ",
    };
    const part = base64url.encode(new Uint8Array(40));
    const value = [base64url.encode(JSON.stringify(header)), part, part, part, part].join(".");
    await expect(decodeSession(value, [newer], salt)).rejects.toThrow(/"alg".*not allowed/);
  });

  test("decompresses nothing, even where it is encrypted with the right key", async () => {
    const key = new Uint8Array(
      hkdfSync("sha256", newer, salt, `Auth.js Generated Encryption Key (${salt})`, 64),
    );
    const value = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(session())))
      .setProtectedHeader({ alg: "dir", enc: "A256CBC-HS512", zip: "DEF" })
      .encrypt(key);
    await expect(decodeSession(value, [newer], salt)).rejects.toThrow(/"zip".*not supported/);
  });

  const valid = encodeSession(session(), [newer], salt);
  test.each([
    ["truncated", async () => (await valid).slice(0, -20)],
    ["tampered with", async () => (await valid).replace(/.{5}$/, "AAAAA")],
    ["made with another secret", () => encodeSession(session(), [older], salt)],
    ["made under another cookie's name", () => encodeSession(session(), [newer], "__Host-other")],
    ["of another application", () => encode({ token: { name: "somebody" }, secret: newer, salt })],
    ["no token at all", () => Promise.resolve("garbage")],
    ["empty", () => Promise.resolve("")],
  ])("refuses a cookie that is %s", async (_, value) => {
    await expect(decodeSession(await value(), [newer], salt)).rejects.toThrow();
  });
});
