import "./mock-env";
import { beforeEach, expect, test } from "vitest";
import { onSignIn } from "@/lib/session/authjs/on-sign-in";
import { variables } from "./environment";

const account = { provider: "logto", providerAccountId: "k3v9t2m8qx1a", type: "oidc" } as const;
const alice = { sub: "k3v9t2m8qx1a", email: "alice@example.com", email_verified: true };

const signIn = (claims: Record<string, unknown>) =>
  onSignIn({ account, profile: { ...alice, ...claims }, user: {} });

beforeEach(() => {
  variables.AUTH_ALLOWED_EMAILS = ["@example.com", "bob@example.org"];
});

test.each([
  ["of an allowed domain", {}, true],
  ["of an allowed domain in capitals", { email: "Alice@Example.COM" }, true],
  ["that is allowed itself", { email: "bob@example.org" }, true],
  ["of another domain", { email: "alice@other.example" }, "/refused"],
  ["that is not verified", { email_verified: false }, "/refused"],
  ["that is not said to be verified", { email_verified: undefined }, "/refused"],
  ["whose user has an allowed domain", { email: '"a@example.com"@other.example' }, "/refused"],
  ["with an allowed domain before another", { email: "a@example.com@other.example" }, "/refused"],
  ["of a domain that ends like an allowed one", { email: "a@not-example.com" }, "/refused"],
  ["of a domain with another allowed address", { email: "alice@example.org" }, "/refused"],
  ["that is missing", { email: undefined }, "/refused"],
])("the sign-in of a user with an address %s", async (_, claims, result) => {
  expect(await signIn(claims)).toBe(result);
});

test("without AUTH_ALLOWED_EMAILS a user without an address may sign in", async () => {
  variables.AUTH_ALLOWED_EMAILS = [];
  expect(await signIn({ email: undefined, email_verified: undefined })).toBe(true);
});

test("a sign-in without an account is refused", async () => {
  expect(await onSignIn({ account: null, profile: alice, user: {} })).toBe(false);
});
