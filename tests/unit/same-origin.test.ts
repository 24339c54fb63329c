import { afterEach, describe, expect, test, vi } from "vitest";
import { isCrossOrigin } from "@/lib/session/routes/same-origin";

const variables = vi.hoisted((): { AUTH_URL: string | undefined } => ({ AUTH_URL: undefined }));
vi.mock("@/lib/env", () => ({ env: () => variables }));

afterEach(() => {
  variables.AUTH_URL = undefined;
});

/** Whether a request with these headers counts as that of another site. */
const isCross = (given: Record<string, string>, method = "POST") => {
  const headers = { host: "app.example.com", ...given };
  return isCrossOrigin(new Request("http://internal:3000/api", { method, headers }));
};

describe("isCrossOrigin", () => {
  test.each([
    ["POST", true],
    ["PUT", true],
    ["PATCH", true],
    ["DELETE", true],
    ["GET", false],
    ["HEAD", false],
    ["OPTIONS", false],
  ])("for another site's %s is %s", (method, expected) => {
    expect(isCross({ "sec-fetch-site": "cross-site" }, method)).toBe(expected);
    expect(isCross({ origin: "https://evil.example" }, method)).toBe(expected);
  });

  const own = "https://app.example.com";
  const proxied = { "sec-fetch-site": "same-origin", origin: "https://a.b" };

  test.each([
    ["of the app's own page", { "sec-fetch-site": "same-origin", origin: own }, false],
    ["of the app's own page, behind a proxy that renames the host", proxied, false],
    ["of the app's own page in an old browser", { origin: own }, false],
    ["without browser headers", {}, false],
    ["that the user started", { "sec-fetch-site": "none" }, false],
    ["of a page on a sibling subdomain", { "sec-fetch-site": "same-site" }, true],
  ])("for a write %s is %s", (_, headers, expected) => {
    expect(isCross({ ...headers })).toBe(expected);
  });

  test.each(["null", "", "evil.example", `${own}.evil.example`, `${own}:8443`])(
    "is true for a page from %j in an old browser",
    (origin) => {
      expect(isCross({ origin })).toBe(true);
      expect(isCross({ origin, "sec-fetch-site": "none" })).toBe(true);
    },
  );

  test("uses the host that the load balancer received", () => {
    const headers = { "x-forwarded-host": "www.example.com" };
    expect(isCross({ ...headers, origin: "https://www.example.com" })).toBe(false);
    expect(isCross({ ...headers, origin: own })).toBe(true);
  });

  test("accepts the host of AUTH_URL, too, when a proxy hides the requested host", () => {
    variables.AUTH_URL = "https://www.example.com/";
    expect(isCross({ origin: "https://www.example.com" })).toBe(false);
    expect(isCross({ origin: own })).toBe(false);
    expect(isCross({ origin: "https://shop.example.com" })).toBe(true);
  });
});
