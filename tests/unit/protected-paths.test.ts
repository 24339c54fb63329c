import { NextRequest } from "next/server";
import { describe, expect, test } from "vitest";
import { allBut, only } from "@/lib/session/routes/protected-paths";

const requestTo = (path: string, method = "GET") =>
  new NextRequest(`https://app.example${path}`, { method });

describe("a list of protected pages", () => {
  const protection = only(["/dashboard", "/account"]);

  test.each([
    ["GET", "/dashboard", "send away"],
    ["GET", "/dashboard/reports/7?year=2026", "send away"],
    ["HEAD", "/account", "send away"],
    ["GET", "/x/../account", "send away"],
    ["GET", "/", "let through"],
    ["GET", "/dashboards", "let through"],
    ["GET", "/api/products", "let through"],
    // The action's own guard returns the reason.
    ["POST", "/account", "let through"],
  ])("%s %s: %s", (method, path, verdict) => {
    expect(protection.verdict(requestTo(path, method))).toBe(verdict);
  });

  test("does not count as a closed site, so guards check the rest", () => {
    expect(protection.isClosed).toBe(false);
  });
});

describe("a site that is protected except for a list of paths", () => {
  const protection = allBut(["/", "/sign-in", "/api/auth"]);

  test.each([
    ["GET", "/", "let through"],
    ["POST", "/sign-in", "let through"],
    ["GET", "/sign-in?error=AccessDenied", "let through"],
    ["GET", "/api/auth/session", "let through"],
    ["GET", "/reports", "send away"],
    ["HEAD", "/sign-in-not", "send away"],
    ["GET", "/sign-in/../reports", "send away"],
    ["GET", "/sign-in/%2e%2e/reports", "send away"],
    ["GET", "//reports", "send away"],
    ["GET", "/api/products", "refuse"],
    ["POST", "/reports", "refuse"],
    ["DELETE", "/api/products", "refuse"],
  ])("%s %s: %s", (method, path, verdict) => {
    expect(protection.verdict(requestTo(path, method))).toBe(verdict);
  });

  test("counts as a closed site, where middleware may be the only check", () => {
    expect(protection.isClosed).toBe(true);
  });
});

describe("a site with locale prefixes", () => {
  const options = { locales: ["en", "de"] };

  test.each([
    ["/profile", "send away", ""],
    ["/de/profile", "send away", "/de"],
    ["/en/profile/name?tab=2", "send away", "/en"],
    ["/de", "let through", "/de"],
    ["/fr/profile", "let through", ""],
    ["/den/profile", "let through", ""],
    ["/de/en/profile", "let through", "/de"],
    ["/profile/de", "send away", ""],
  ])("protects a page in each locale: %s", (path, verdict, locale) => {
    const protection = only(["/profile"], options);
    expect(protection.verdict(requestTo(path))).toBe(verdict);
    expect(protection.localeOf(requestTo(path))).toBe(locale);
  });

  test.each([
    ["/sign-in", "let through"],
    ["/de/sign-in", "let through"],
    ["/de", "let through"],
    ["/de/reports", "send away"],
    ["/fr/sign-in", "send away"],
    ["/api/products", "refuse"],
  ])("opens a page in each locale: %s", (path, verdict) => {
    expect(allBut(["/", "/sign-in"], options).verdict(requestTo(path))).toBe(verdict);
  });
});
