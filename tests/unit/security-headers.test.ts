import { beforeEach, expect, test, vi } from "vitest";
import { isShownPicture, withSecurityHeaders } from "@/lib/server/security-headers";

const defaults = {
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
  configuration.current = defaults;
});

const headersWith = (changes: Partial<typeof defaults>) => {
  configuration.current = { ...defaults, ...changes };
  return withSecurityHeaders(new Response()).headers;
};
const policyWith = (changes: Partial<typeof defaults>) =>
  headersWith(changes).get("content-security-policy") ?? "";

test("the policy allows this and nothing else", () => {
  expect(policyWith({}).split("; ")).toEqual([
    "default-src 'self'",
    "script-src 'self' 'unsafe-inline'",
    "script-src-attr 'none'",
    "style-src 'self'",
    "img-src 'self' data: https: https://tenant.logto.example",
    "connect-src 'self'",
    "form-action 'self' https://tenant.logto.example",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
    "upgrade-insecure-requests",
  ]);
});

test("https responses set HSTS, COOP and upgrade-insecure-requests", () => {
  const headers = headersWith({ isHttps: true });
  expect(headers.get("strict-transport-security")).toBe("max-age=63072000");
  expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
  expect(headers.get("content-security-policy")).toContain("upgrade-insecure-requests");
});

test("http responses omit headers that require https", () => {
  const headers = headersWith({ isHttps: false });
  expect(headers.has("strict-transport-security")).toBe(false);
  expect(headers.has("cross-origin-opener-policy")).toBe(false);
  expect(headers.get("content-security-policy")).not.toContain("upgrade-insecure-requests");
});

test("scripts may connect to the hosts that receive the session cookie", () => {
  expect(policyWith({ AUTH_COOKIE_DOMAIN: "example.com" })).toContain(
    "; connect-src 'self' https://*.example.com:*;",
  );
  expect(policyWith({ AUTH_COOKIE_DOMAIN: "" })).toContain("; connect-src 'self';");
});

test("the policy allows eval in development only", () => {
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
])("a picture at %j is not shown, as browsers would block it", (address) => {
  expect(isShownPicture(address)).toBe(false);
});

test("an http picture is shown only from the issuer, and only if the app is on http, too", () => {
  const issuer = "http://localhost:3001";
  configuration.current = { ...defaults, AUTH_LOGTO_ISSUER: `${issuer}/oidc`, isHttps: false };
  expect(isShownPicture(`${issuer}/avatars/alice.svg`)).toBe(true);
  expect(isShownPicture("http://localhost:3002/avatars/alice.svg")).toBe(false);
  configuration.current = { ...configuration.current, isHttps: true };
  expect(isShownPicture(`${issuer}/avatars/alice.svg`)).toBe(false);
});
