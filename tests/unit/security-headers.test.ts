import { beforeEach, expect, test, vi } from "vitest";
import { isShownPicture, withSecurityHeaders } from "@/lib/server/security-headers";

const initially = {
  AUTH_LOGTO_ISSUER: "https://tenant.logto.example/oidc",
  AUTH_COOKIE_DOMAIN: "",
  isHttps: true,
  isProduction: true,
};
const configuration = vi.hoisted(() => ({
  current: { AUTH_LOGTO_ISSUER: "", AUTH_COOKIE_DOMAIN: "", isHttps: true, isProduction: true },
}));
vi.mock("@/lib/env", () => ({
  env: () => configuration.current,
  isHttps: () => configuration.current.isHttps,
  get isProduction() {
    return configuration.current.isProduction;
  },
}));

beforeEach(() => {
  configuration.current = initially;
});

const headersWith = (changes: Partial<typeof initially>) => {
  configuration.current = { ...initially, ...changes };
  return withSecurityHeaders(new Response()).headers;
};
const policyWith = (changes: Partial<typeof initially>) =>
  headersWith(changes).get("content-security-policy") ?? "";

test("forms may end at the issuer's origin, and nowhere else but here", () => {
  expect(policyWith({})).toContain("; form-action 'self' https://tenant.logto.example;");
});

test("on https browsers stay there and keep other sites' windows apart", () => {
  const headers = headersWith({ isHttps: true });
  expect(headers.get("strict-transport-security")).toBe("max-age=63072000");
  expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
  expect(headers.get("content-security-policy")).toContain("upgrade-insecure-requests");
});

test("on http nothing is said that only https can keep", () => {
  const headers = headersWith({ isHttps: false });
  expect(headers.has("strict-transport-security")).toBe(false);
  expect(headers.has("cross-origin-opener-policy")).toBe(false);
  expect(headers.get("content-security-policy")).not.toContain("upgrade-insecure-requests");
});

test("scripts may ask the hosts that get the session cookie", () => {
  expect(policyWith({ AUTH_COOKIE_DOMAIN: "example.com" })).toContain(
    "; connect-src 'self' https://*.example.com:*;",
  );
  expect(policyWith({ AUTH_COOKIE_DOMAIN: "" })).toContain("; connect-src 'self';");
});

test("only the development server may evaluate strings", () => {
  expect(policyWith({ isProduction: false })).toContain("'unsafe-eval'");
  expect(policyWith({ isProduction: true })).not.toContain("'unsafe-eval'");
});

test.each([
  "https://pictures.example/a.png",
  "HTTPS://Pictures.Example:8443/a.png",
  "data:image/png;base64,iVBORw0KGgo=",
])("a picture at %s is shown", (address) => {
  expect(isShownPicture(address)).toBe(true);
});

test.each([
  "http://pictures.example/a.png",
  "HTTP://pictures.example/a.png",
  "https://user:password@pictures.example/a.png",
  "blob:https://tenant.logto.example/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed",
  "data:text/html,<p>",
  "ftp://pictures.example/a.png",
  "file:///a.png",
  "javascript:alert(1)",
  "//pictures.example/a.png",
  "/api/auth/signout",
  "a.png",
  "",
])("a picture at %j is not, as browsers would complain", (address) => {
  expect(isShownPicture(address)).toBe(false);
});

test("a picture on plain http is shown from the issuer alone, where the app is on http too", () => {
  const issuer = "http://localhost:3001";
  configuration.current = { ...initially, AUTH_LOGTO_ISSUER: `${issuer}/oidc`, isHttps: false };
  expect(isShownPicture(`${issuer}/avatars/alice.svg`)).toBe(true);
  expect(isShownPicture("http://localhost:3002/avatars/alice.svg")).toBe(false);
  configuration.current = { ...configuration.current, isHttps: true };
  expect(isShownPicture(`${issuer}/avatars/alice.svg`)).toBe(false);
});
