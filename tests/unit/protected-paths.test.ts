import { NextRequest } from "next/server";
import { describe, expect, test } from "vitest";
import { allBut, only } from "@/lib/session/routes/protected-paths";

const asked = (path: string, method = "GET") => new NextRequest(`https://app.example${path}`, { method });

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
    // An action's own guard says why it is not done.
    ["POST", "/account", "let through"],
  ])("%s %s: %s", (method, path, answer) => {
    expect(protection.verdict(asked(path, method))).toBe(answer);
  });

  test("leaves the rest to the guards", () => {
    expect(protection.isClosed).toBe(false);
  });
});

describe("a whole site but a list", () => {
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
  ])("%s %s: %s", (method, path, answer) => {
    expect(protection.verdict(asked(path, method))).toBe(answer);
  });

  test("may be all that stands before what lies behind it", () => {
    expect(protection.isClosed).toBe(true);
  });
});
