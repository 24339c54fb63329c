import { beforeEach, expect, test, vi } from "vitest";
import { isShownPicture, withSecurityHeaders } from "@/lib/server/security-headers";

const defaults = {
  AUTH_LOGTO_ISSUER: "https://tenant.logto.example/oidc",
  AUTH_COOKIE_DOMAIN: "",
  isHttps: true,
  isProduction: true,
};
const configuration: { current: typeof defaults } = { current: defaults };
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

test.each([
  [true, "max-age=63072000", "same-origin"],
  [false, null, null],
])("HSTS, COOP and upgrade-insecure-requests are set on https: %s", (isHttps, hsts, coop) => {
  const headers = headersWith({ isHttps });
  expect(headers.get("strict-transport-security")).toBe(hsts);
  expect(headers.get("cross-origin-opener-policy")).toBe(coop);
  expect(policyWith({ isHttps }).includes("upgrade-insecure-requests")).toBe(isHttps);
});

test("scripts may connect to the hosts that receive the session cookie", () => {
  const policy = policyWith({ AUTH_COOKIE_DOMAIN: "example.com" });
  expect(policy).toContain("; connect-src 'self' https://*.example.com:*;");
});

test("the policy allows eval in development only", () => {
  expect(policyWith({ isProduction: false })).toContain("'unsafe-eval'");
});

const host = "pictures.example/a.png";
test.each([
  [true, [`https://${host}`, "HTTPS://Pictures.Example:8443/a.png", "data:image/png;base64,iVBO="]],
  [false, [`http://${host}`, `HTTP://${host}`, `ftp://${host}`, `https://user:password@${host}`]],
  [false, ["blob:https://tenant.logto.example/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed", "file:///a"]],
  [false, ["data:text/html,<p>", "javascript:alert(1)", `//${host}`, "/api/auth/signout", ""]],
])("a picture is shown (%s) unless browsers would block it: %j", (isShown, addresses) => {
  for (const address of addresses) expect(isShownPicture(address), address).toBe(isShown);
});

test("an http picture is shown only from the issuer, and only if the app is on http, too", () => {
  const issuer = "http://localhost:3001";
  configuration.current = { ...defaults, AUTH_LOGTO_ISSUER: `${issuer}/oidc`, isHttps: false };
  expect(isShownPicture(`${issuer}/avatars/alice.svg`)).toBe(true);
  expect(isShownPicture("http://localhost:3002/avatars/alice.svg")).toBe(false);
  configuration.current = { ...configuration.current, isHttps: true };
  expect(isShownPicture(`${issuer}/avatars/alice.svg`)).toBe(false);
});
