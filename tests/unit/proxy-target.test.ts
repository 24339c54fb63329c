import { describe, expect, test } from "vitest";
import { proxiedLocation, targetOf } from "@/lib/api-proxy/target";

const apiUrl = "https://api.example.com/v1";

describe("targetOf", () => {
  test.each([
    ["items", ""],
    ["items/7/lines", "?a=1&a=2&b=%2F.."],
    ["files/a%20b/%C3%BC.txt", ""],
    ["@scope/alice@example.com", ""],
    ["items;v=2/a:b,c=d", ""],
    [".well-known/x..y", ""],
    ["100%25/a%23b%3Fc", "?%23"],
    ["%20a.txt%20/..a/b../.b.", ""],
    ["Note%20to%20self:", ""],
  ])("resolves %s%s below the API's base path", (path, query) => {
    expect(targetOf(apiUrl, path, query)?.href).toBe(`${apiUrl}/${path}${query}`);
  });

  test("keeps a question mark and a hash in the path", () => {
    expect(targetOf(apiUrl, "a?b#c", "")?.href).toBe(`${apiUrl}/a%3Fb%23c`);
  });

  test.each(["http://localhost:4000", "http://localhost:4000/"])(
    "accepts the base URL %s",
    (url) => {
      expect(targetOf(url, "items", "?x")?.href).toBe("http://localhost:4000/items?x");
    },
  );

  test.each([
    ["an empty segment", ["", "items//admin", "items/", "/evil.example/x", "//evil.example/x"]],
    ["dots", ["..", "../admin", "items/../../admin", "items/..", "./items", ".../admin"]],
    ["encoded dots", ["%2e%2e/admin", ".%2E/admin", "%2E./admin", "%2e/admin", "%2e%2e%3b/admin"]],
    ["encoded slashes", ["..%2fadmin", "items%2F..%2F..%2Fadmin", "%2f%2fevil.example/x"]],
    ["backslashes", ["..\\admin", "..%5cadmin", "\\\\evil.example/x", "%5C%5Cevil.example/x"]],
    ["a scheme", ["https://evil.example/x", "https:/evil.example/x", "https:%2F%2Fevil.example/x"]],
    [
      "double encoding",
      ["%252e%252e/admin", "..%252fadmin", "%255c..%255c", "%25252e%25252e/admin"],
    ],
    ["path parameters", ["..;/admin", "items/..;x=1/..;/admin", "%2e%2e;/admin", "..%20;x=1/a"]],
    ["control characters", ["items%00/admin", "a%0d%0aHost:b", "items%09", "items\t", "items%7f"]],
    ["overlong UTF-8", ["%c0%ae%c0%ae/admin", "..%c0%afadmin"]],
    ["compatibility forms", ["%ef%bc%8e%ef%bc%8e/admin", "..%ef%bc%8fadmin", "%e2%80%a5/admin"]],
    ["malformed encoding", ["%zz", "items%"]],
    [
      "spaces",
      ["%20../admin", "..%20/admin", "%20/admin", ".%09", ".%20./admin", "%20https:%20/x"],
    ],
    ["other blanks", ["%c2%a0../admin", "..%c2%85/admin", "..%e3%80%80/admin", "..%e2%80%a8/a"]],
    ["no width", ["%e2%80%8b../admin", "..%ef%bb%bf/admin", "%c2%ad.%c2%ad./admin"]],
  ])("rejects a path with %s", (_, paths) => {
    for (const path of paths) expect(targetOf(apiUrl, path, ""), path).toBeUndefined();
  });

  test("keeps the host for every query", () => {
    const target = { host: "api.example.com", pathname: "/v1/items" };
    for (const query of ["?@evil.example", "?#@evil.example/", "?/../..", "?\\\\evil.example"])
      expect(targetOf(apiUrl, "items", query)).toMatchObject(target);
  });
});

describe("proxiedLocation", () => {
  const target = new URL(`${apiUrl}/items/7`);
  const locate = (location: string) => proxiedLocation(location, target, apiUrl, "/api/proxy");

  test.each([
    ["/v1/items/8", "/api/proxy/items/8"],
    ["8?a=b#c", "/api/proxy/items/8?a=b#c"],
    ["../orders", "/api/proxy/orders"],
    ["?page=2", "/api/proxy/items/7?page=2"],
    ["https://api.example.com/v1/items", "/api/proxy/items"],
    ["//api.example.com/v1/items", "/api/proxy/items"],
  ])("maps %s to a path of the proxy", (location, expected) => {
    expect(locate(location)).toBe(expected);
  });

  test.each([
    ["another host", ["https://evil.example/v1/items", "//evil.example/v1", "\\\\evil.example/v1"]],
    [
      "a similar host",
      ["https://api.example.com.evil.example/v1/", "https://api.example.com@b/v1/"],
    ],
    [
      "another port or scheme",
      ["http://api.example.com/v1/a", "https://api.example.com:8443/v1/a"],
    ],
    ["another path", ["/admin", "/v10/items", "../../admin", "/v1/%2e%2e/admin", "/v1", "/"]],
    ["an ambiguous path", ["/v1/..%2fadmin", "/v1//evil.example"]],
    ["no address", ["javascript:alert(1)", "http://["]],
  ])("does not map %s", (_, locations) => {
    for (const location of locations) expect(locate(location), location).toBeUndefined();
  });
});
