import { expect, test } from "vitest";
import { isAllowed } from "@/lib/session/model/allowed-emails";

const allowed = ["alice@example.com", "@team.example"];

test.each([
  ["listed", true, ["alice@example.com", "Alice@Example.com", "Nora@Team.example"]],
  ["another address", false, ["eve@example.com", "alice@example.com@evil.example"]],
  ["of another domain", false, ["a@team.example@evil.example", '"a@team.example"@evil.example']],
  ["of a similar domain", false, ["eve@sub.team.example", "eve@not-team.example"]],
  ["no address", false, ["team.example", "", null, undefined]],
])("an address that is %s is allowed: %s", (_, isListed, emails) => {
  for (const email of emails)
    expect(isAllowed({ email, email_verified: true }, allowed), String(email)).toBe(isListed);
});

test("a listed address is not allowed if unverified", () => {
  for (const email_verified of [false, null, undefined])
    expect(isAllowed({ email: "alice@example.com", email_verified }, allowed)).toBe(false);
});

test("an empty list allows every user, also one without an address", () => {
  expect(isAllowed({}, [])).toBe(true);
});
