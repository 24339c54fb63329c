import "./mock-env";
import { beforeEach, expect, test } from "vitest";
import { onSignIn } from "@/lib/session/authjs/on-sign-in";
import { variables } from "./environment";
import { subject as sub } from "./sessions";

const account = { provider: "logto", providerAccountId: sub, type: "oidc" } as const;
const alice = { sub, email: "alice@example.com", email_verified: true };

beforeEach(() => {
  variables.AUTH_ALLOWED_EMAILS = ["@example.com"];
});

test.each([
  ["allowed", {}, true],
  ["not allowed", { email: "alice@other.example" }, "/refused"],
])("the sign-in of a user whose address is %s", async (_, claims, result) => {
  expect(await onSignIn({ account, profile: { ...alice, ...claims }, user: {} })).toBe(result);
});

test("a sign-in without an account is refused", async () => {
  expect(await onSignIn({ account: null, profile: alice, user: {} })).toBe(false);
});
