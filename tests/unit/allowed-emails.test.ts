import { expect, test } from "vitest";
import { isAllowed } from "@/lib/session/model/allowed-emails";

const allowed = ["alice@example.com", "@team.example"];

test.each([
  ["alice@example.com", true],
  ["Alice@Example.com", true],
  ["Nora@Team.example", true],
  ["eve@example.com", false],
  ["eve@sub.team.example", false],
  ["eve@not-team.example", false],
  ["alice@example.com@evil.example", false],
  ["team.example", false],
  ["", false],
  [null, false],
  [undefined, false],
])("of listed addresses and domains, %s is allowed: %s", (email, expected) => {
  expect(isAllowed({ email, email_verified: true }, allowed)).toBe(expected);
});

test.each([false, null, undefined])(
  "a listed address is not allowed if unverified: %s",
  (email_verified) => {
    expect(isAllowed({ email: "alice@example.com", email_verified }, allowed)).toBe(false);
  },
);

test("an empty list allows every user, also one without an address", () => {
  expect(isAllowed({}, [])).toBe(true);
});
