import { expect, test, vi } from "vitest";
import { isSessionErrorCode, codeFromDigest } from "@/lib/session/model/error-messages";
import { asSessionError, SessionError } from "@/lib/session/model/errors";

test("the digest of an error has its code", () => {
  const { digest } = new SessionError("database_unavailable", "the database does not respond");
  expect(codeFromDigest(digest)).toBe("database_unavailable");
});

test.each([
  null,
  "",
  "1234567890",
  "session:",
  "session:unheard_of",
  "session:toString",
  "NEXT_REDIRECT;replace;/",
])("the digest %j is not that of a SessionError", (digest) => {
  expect(codeFromDigest(digest)).toBeNull();
});

test("only an existing code from an address is accepted", () => {
  expect(
    ["sign_in_again", "SIGN_IN_AGAIN", "constructor", "__proto__"].filter(isSessionErrorCode),
  ).toEqual(["sign_in_again"]);
});

test("a SessionError of another bundle is recognized", async () => {
  vi.resetModules();
  const copy = await import("@/lib/session/model/errors");
  const error = new copy.SessionError("not_a_member", "of this organization");
  expect(asSessionError(error)).toBe(error);
});

test("an error that is not a SessionError is thrown on", () => {
  const error = new TypeError("something else");
  expect(() => asSessionError(error)).toThrow(error);
});
