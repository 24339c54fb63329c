import { NextRequest } from "next/server";
import { describe, expect, test } from "vitest";
import { allBut, only } from "@/lib/session/routes/protected-paths";

/** @param line such as `GET /dashboard` */
const requestTo = (line: string) => {
  const [method = "", path = ""] = line.split(" ");
  return new NextRequest(`https://app.example${path}`, { method });
};

describe("a list of protected pages", () => {
  const protection = only(["/dashboard", "/settings"]);

  test.each([
    ["redirect", ["GET /dashboard", "GET /dashboard/reports/7?year=2026", "HEAD /settings"]],
    ["redirect", ["GET /x/../settings"]],
    ["pass", ["GET /", "GET /dashboards", "GET /api/products"]],
    // The action's own guard returns the reason.
    ["pass", ["POST /settings"]],
  ])("%s: %s", (verdict, lines) => {
    for (const line of lines) expect(protection.verdict(requestTo(line)), line).toBe(verdict);
  });

  test("does not count as a closed site, so guards check the rest", () => {
    expect(protection.isClosed).toBe(false);
  });
});

describe("a site that is protected except for a list of paths", () => {
  const protection = allBut(["/", "/sign-in", "/api/auth"]);

  test.each([
    ["pass", ["GET /", "POST /sign-in", "GET /sign-in?error=x", "GET /api/auth/session"]],
    ["redirect", ["GET /reports", "HEAD /sign-in-not", "GET //reports"]],
    ["redirect", ["GET /sign-in/../reports", "GET /sign-in/%2e%2e/reports"]],
    ["reject", ["GET /api/products", "POST /reports", "DELETE /api/products"]],
  ])("%s: %s", (verdict, lines) => {
    for (const line of lines) expect(protection.verdict(requestTo(line)), line).toBe(verdict);
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
    const request = requestTo(`GET ${path}`);
    expect([protection.verdict(request), protection.localeOf(request)]).toEqual([verdict, locale]);
  });

  test.each([
    ["pass", ["/sign-in", "/de/sign-in", "/de"]],
    ["redirect", ["/de/reports", "/fr/sign-in"]],
    ["reject", ["/api/products"]],
  ])("opens a page in each locale: %s %s", (verdict, paths) => {
    const protection = allBut(["/", "/sign-in"], options);
    for (const path of paths)
      expect(protection.verdict(requestTo(`GET ${path}`)), path).toBe(verdict);
  });
});
