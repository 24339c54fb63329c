import { beforeEach, expect, test, vi } from "vitest";
import { onSignIn } from "@/lib/session/authjs/on-sign-in";
import { variables } from "./environment";

vi.mock("@/lib/env", () => import("./environment"));
vi.mock("@/lib/log", () => ({ log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() } }));

const account = { provider: "logto", providerAccountId: "k3v9t2m8qx1a", type: "oidc" } as const;
const alice = { sub: "k3v9t2m8qx1a", email: "alice@example.com", email_verified: true };

const signIn = (claims: Record<string, unknown>) =>
  onSignIn({ account, profile: { ...alice, ...claims }, user: {} });

beforeEach(() => {
  variables.AUTH_ALLOWED_EMAILS = ["@example.com", "bob@example.org"];
});

test.each([
  ["of an allowed domain", {}],
  ["of an allowed domain in capitals", { email: "Alice@Example.COM" }],
  ["that is allowed itself", { email: "bob@example.org" }],
])("a user with an address %s may sign in", async (_, claims) => {
  expect(await signIn(claims)).toBe(true);
});

test.each([
  ["of another domain", { email: "alice@other.example" }],
  ["that is not verified", { email_verified: false }],
  ["that is not said to be verified", { email_verified: undefined }],
  ["whose user contains an allowed domain", { email: '"alice@example.com"@other.example' }],
  ["with an allowed domain before another one", { email: "alice@example.com@other.example" }],
  ["of a domain that ends like an allowed one", { email: "alice@not-example.com" }],
  ["of a domain of which only another address is allowed", { email: "alice@example.org" }],
  ["that is missing", { email: undefined }],
])("a user with an address %s is refused", async (_, claims) => {
  expect(await signIn(claims)).toBe("/refused");
});

test("without AUTH_ALLOWED_EMAILS a user without an address may sign in", async () => {
  variables.AUTH_ALLOWED_EMAILS = [];
  expect(await signIn({ email: undefined, email_verified: undefined })).toBe(true);
});

test("a sign-in without an account is refused", async () => {
  expect(await onSignIn({ account: null, profile: alice, user: {} })).toBe(false);
});
