import { afterEach, expect, test, vi } from "vitest";
import { publicUrl, requestedOrigin } from "@/lib/app-url";

const variables = vi.hoisted((): { AUTH_URL: string | undefined } => ({ AUTH_URL: undefined }));
vi.mock("@/lib/env", () => ({ env: () => variables }));

afterEach(() => {
  variables.AUTH_URL = undefined;
});

test.each([
  [{ host: "app.test" }, "http://app.test"],
  [{ host: "app.test:8080", "x-forwarded-proto": "https" }, "https://app.test:8080"],
  [{ host: "upstream:3000", "x-forwarded-host": "app.test" }, "http://app.test"],
  // Two proxies, each of which appended its own value.
  [
    { "x-forwarded-host": "app.test, inner.test", "x-forwarded-proto": "https, http" },
    "https://app.test",
  ],
  [
    { "x-forwarded-host": " app.test ,inner.test", "x-forwarded-proto": "https,http" },
    "https://app.test",
  ],
  [{ host: "app.test", "x-forwarded-host": "" }, "http://app.test"],
  [{ host: "app.test", "x-forwarded-proto": "gopher" }, "http://app.test"],
  [{ host: "[::1]:3000" }, "http://[::1]:3000"],
  [{ "x-forwarded-host": "app.test/path?x=1#y" }, "http://app.test"],
  [{ "x-forwarded-host": "a b" }, "http://localhost"],
  [{ "x-forwarded-host": "[" }, "http://localhost"],
  [{}, "http://localhost"],
])("the requested origin from %j is %s", (headers, origin) => {
  expect(requestedOrigin(new Headers(headers))).toBe(origin);
});

test("a public URL uses AUTH_URL if it is set, whatever the request headers say", () => {
  variables.AUTH_URL = "https://app.example.com/";
  const headers = new Headers({ "x-forwarded-host": "evil.example" });
  expect(publicUrl("/profile?x=1", headers).href).toBe("https://app.example.com/profile?x=1");
});
