import { expect, test, vi } from "vitest";
import { isSessionErrorCode, codeFromDigest } from "@/lib/session/model/error-messages";
import { asSessionError, SessionError } from "@/lib/session/model/errors";

test("only the digest of a SessionError has its code", () => {
  const { digest } = new SessionError("database_unavailable", "the database does not respond");
  expect(codeFromDigest(digest)).toBe("database_unavailable");
  const others = [null, "", "1234567890", "session:", "session:unheard_of", "session:toString"];
  for (const other of [...others, "NEXT_REDIRECT;replace;/"])
    expect(codeFromDigest(other)).toBeNull();
});

test("only an existing code from an address is accepted", () => {
  const given = ["sign_in_again", "SIGN_IN_AGAIN", "constructor", "__proto__"];
  expect(given.filter(isSessionErrorCode)).toEqual(["sign_in_again"]);
});

test("a SessionError is recognized, also one of another bundle, and any other error thrown on", async () => {
  vi.resetModules();
  const copy = await import("@/lib/session/model/errors");
  const error = new copy.SessionError("not_a_member", "of this organization");
  expect(asSessionError(error)).toBe(error);
  const other = new TypeError("something else");
  expect(() => asSessionError(other)).toThrow(other);
});
