import { expect, test, vi } from "vitest";
import { isSessionErrorCode, codeFromDigest } from "@/lib/session/model/error-messages";
import { asSessionError, SessionError } from "@/lib/session/model/errors";

test("the digest that an error takes to the browser names its code", () => {
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
])("the digest %j is none of a session's error", (digest) => {
  expect(codeFromDigest(digest)).toBeNull();
});

test("a code that an address names is taken for one only if there is such a code", () => {
  expect(
    ["sign_in_again", "SIGN_IN_AGAIN", "constructor", "__proto__"].filter(isSessionErrorCode),
  ).toEqual(["sign_in_again"]);
});

test("an error that another bundle made is one of the session's, too", async () => {
  vi.resetModules();
  const copy = await import("@/lib/session/model/errors");
  const error = new copy.SessionError("not_a_member", "of this organization");
  expect(asSessionError(error)).toBe(error);
});

test("an error that is none of the session's is thrown on", () => {
  const error = new TypeError("something else");
  expect(() => asSessionError(error)).toThrow(error);
});
