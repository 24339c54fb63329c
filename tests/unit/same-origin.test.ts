import { afterEach, describe, expect, test, vi } from "vitest";
import { isCrossOrigin } from "@/lib/session/routes/same-origin";

const variables = vi.hoisted((): { AUTH_URL: string | undefined } => ({ AUTH_URL: undefined }));
vi.mock("@/lib/env", () => ({ env: () => variables }));

afterEach(() => {
  variables.AUTH_URL = undefined;
});

const write = (headers: Record<string, string>, method = "POST") =>
  new Request("http://internal:3000/api", {
    method,
    headers: { host: "app.example.com", ...headers },
  });

describe("isCrossOrigin", () => {
  test.each(["POST", "PUT", "PATCH", "DELETE"])("is true for another site's %s", (method) => {
    expect(isCrossOrigin(write({ "sec-fetch-site": "cross-site" }, method))).toBe(true);
    expect(isCrossOrigin(write({ origin: "https://evil.example" }, method))).toBe(true);
  });

  test.each(["GET", "HEAD", "OPTIONS"])("is false for %s, which changes nothing", (method) => {
    const headers = { "sec-fetch-site": "cross-site", origin: "https://evil.example" };
    expect(isCrossOrigin(write(headers, method))).toBe(false);
  });

  test("is true for a page on a sibling subdomain, though it is the same site", () => {
    expect(isCrossOrigin(write({ "sec-fetch-site": "same-site" }))).toBe(true);
  });

  test.each([
    [
      "of the app's own page",
      { "sec-fetch-site": "same-origin", origin: "https://app.example.com" },
    ],
    [
      "of the app's own page, behind a proxy that renames the host",
      { "sec-fetch-site": "same-origin", origin: "https://a.b" },
    ],
    ["of the app's own page in an old browser", { origin: "https://app.example.com" }],
    ["without browser headers", {}],
    ["that the user started", { "sec-fetch-site": "none" }],
  ])("is false for a write %s", (_, headers) => {
    expect(isCrossOrigin(write(headers))).toBe(false);
  });

  test.each([
    "null",
    "",
    "evil.example",
    "https://app.example.com.evil.example",
    "https://app.example.com:8443",
  ])("is true for a page from %j in an old browser", (origin) => {
    expect(isCrossOrigin(write({ origin }))).toBe(true);
    expect(isCrossOrigin(write({ origin, "sec-fetch-site": "none" }))).toBe(true);
  });

  test("uses the host that the load balancer received", () => {
    const headers = { "x-forwarded-host": "www.example.com" };
    expect(isCrossOrigin(write({ ...headers, origin: "https://www.example.com" }))).toBe(false);
    expect(isCrossOrigin(write({ ...headers, origin: "https://app.example.com" }))).toBe(true);
  });

  test("accepts the host of AUTH_URL, too, when a proxy hides the requested host", () => {
    variables.AUTH_URL = "https://www.example.com/";
    expect(isCrossOrigin(write({ origin: "https://www.example.com" }))).toBe(false);
    expect(isCrossOrigin(write({ origin: "https://app.example.com" }))).toBe(false);
    expect(isCrossOrigin(write({ origin: "https://shop.example.com" }))).toBe(true);
  });
});
