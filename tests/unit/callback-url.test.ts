import { describe, expect, test } from "vitest";
import { safeCallbackUrl, signInPath } from "@/lib/session/model/callback-url";

describe("safeCallbackUrl", () => {
  test.each([
    [
      "another host",
      ["https://evil.example", "//evil.example", "///evil.example", "https:evil.example"],
    ],
    ["a backslash or a tab", ["/\\evil.example", "\\\\evil.example", "/\t/evil.example"]],
    ["no web page", ["javascript:alert(1)", "data:text/html,x", "http://here.invalid/x"]],
    ["no path", ["dashboard", "", undefined, null, 42, ["/profile"]]],
    ["a page of signing in or out", ["/sign-in", "/sign-in?callbackUrl=/x", "/api/auth/signout"]],
  ])("replaces %s with the dashboard", (_, values) => {
    for (const value of values) expect(safeCallbackUrl(value), String(value)).toBe("/dashboard");
  });

  test.each([
    ["/profile", "/profile"],
    ["/profile?tab=1&x=%2F#end", "/profile?tab=1&x=%2F#end"],
    ["/a/../profile", "/profile"],
    ["/./\\evil.example", "/evil.example"],
    ["/.//evil.example", "/evil.example"],
    ["/한국어", "/%ED%95%9C%EA%B5%AD%EC%96%B4"],
  ])("returns the path %j as %j", (value, expected) => {
    expect(safeCallbackUrl(value)).toBe(expected);
  });

  test.each([
    ["https://app.example.com/profile", "/profile"],
    ["https://app.example.com.evil.example/", "/dashboard"],
    ["http://app.example.com/profile", "/dashboard"],
  ])("accepts an absolute URL only of the app's own origin: %s", (value, expected) => {
    expect(safeCallbackUrl(value, "https://app.example.com")).toBe(expected);
  });

  test("drops the query of a path that is too long, or replaces the path", () => {
    expect(safeCallbackUrl(`/profile?q=${"x".repeat(2_000)}`)).toBe("/profile");
    expect(safeCallbackUrl(`/${"x".repeat(2_000)}`)).toBe("/dashboard");
  });
});

test("signInPath contains the callback URL and the error", () => {
  expect(signInPath("/profile?x=1")).toBe("/sign-in?callbackUrl=%2Fprofile%3Fx%3D1");
  expect(signInPath("//evil.example", "SessionEnded")).toBe(
    "/sign-in?error=SessionEnded&callbackUrl=%2Fdashboard",
  );
});
