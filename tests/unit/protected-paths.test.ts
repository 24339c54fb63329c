import { NextRequest } from "next/server";
import { describe, expect, test } from "vitest";
import { allBut, only } from "@/lib/session/routes/protected-paths";

const requestTo = (path: string, method = "GET") =>
  new NextRequest(`https://app.example${path}`, { method });

describe("a list of protected pages", () => {
  const protection = only(["/dashboard", "/settings"]);

  test.each([
    ["GET", "/dashboard", "redirect"],
    ["GET", "/dashboard/reports/7?year=2026", "redirect"],
    ["HEAD", "/settings", "redirect"],
    ["GET", "/x/../settings", "redirect"],
    ["GET", "/", "pass"],
    ["GET", "/dashboards", "pass"],
    ["GET", "/api/products", "pass"],
    // The action's own guard returns the reason.
    ["POST", "/settings", "pass"],
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
    ["GET", "/", "pass"],
    ["POST", "/sign-in", "pass"],
    ["GET", "/sign-in?error=AccessDenied", "pass"],
    ["GET", "/api/auth/session", "pass"],
    ["GET", "/reports", "redirect"],
    ["HEAD", "/sign-in-not", "redirect"],
    ["GET", "/sign-in/../reports", "redirect"],
    ["GET", "/sign-in/%2e%2e/reports", "redirect"],
    ["GET", "//reports", "redirect"],
    ["GET", "/api/products", "reject"],
    ["POST", "/reports", "reject"],
    ["DELETE", "/api/products", "reject"],
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
    ["/profile", "redirect", ""],
    ["/de/profile", "redirect", "/de"],
    ["/en/profile/name?tab=2", "redirect", "/en"],
    ["/de", "pass", "/de"],
    ["/fr/profile", "pass", ""],
    ["/den/profile", "pass", ""],
    ["/de/en/profile", "pass", "/de"],
    ["/profile/de", "redirect", ""],
  ])("protects a page in each locale: %s", (path, verdict, locale) => {
    const protection = only(["/profile"], options);
    expect(protection.verdict(requestTo(path))).toBe(verdict);
    expect(protection.localeOf(requestTo(path))).toBe(locale);
  });

  test.each([
    ["/sign-in", "pass"],
    ["/de/sign-in", "pass"],
    ["/de", "pass"],
    ["/de/reports", "redirect"],
    ["/fr/sign-in", "redirect"],
    ["/api/products", "reject"],
  ])("opens a page in each locale: %s", (path, verdict) => {
    expect(allBut(["/", "/sign-in"], options).verdict(requestTo(path))).toBe(verdict);
  });
});
