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
    "",
    "..",
    "items/../../admin",
    "./items",
    ".%2E/admin",
    "%2e/admin",
    "..%2fadmin",
    "items%2F..%2F..%2Fadmin",
    "..\\admin",
    "..%5cadmin",
    "/evil.example/x",
    "\\\\evil.example/x",
    "%2f%2fevil.example/x",
    "https://evil.example/x",
    "https:/evil.example/x",
    "items//admin",
    "items/",
    "%252e%252e/admin",
    "%255c..%255cadmin",
    "%25252e%25252e/admin",
    "..;/admin",
    "items/..;x=1/..;/admin",
    "%2e%2e%3b/admin",
    "items%00/admin",
    "items%0d%0aHost:evil.example",
    "items\t",
    "items%7f",
    "..%c0%afadmin",
    "%ef%bc%8e%ef%bc%8e/admin",
    "..%ef%bc%8fadmin",
    "%e2%80%a5/admin",
    "%zz",
    "items%",
    "%20../admin",
    "%20/admin",
    ".%09",
    ".%20./admin",
    ".../admin",
    "..%20;x=1/admin",
    "%c2%a0../admin",
    "..%e3%80%80/admin",
    "%e2%80%8b../admin",
    "%c2%ad.%c2%ad./admin",
    "%20https:%20/evil.example/x",
  ])("rejects %j", (path) => {
    expect(targetOf(apiUrl, path, "")).toBeUndefined();
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
    "https://evil.example/v1/items",
    "\\\\evil.example/v1/items",
    "http://api.example.com/v1/items",
    "https://api.example.com:8443/v1/items",
    "https://api.example.com@evil.example/v1/items",
    "/admin",
    "/v10/items",
    "../../admin",
    "/v1/..%2fadmin",
    "/v1//evil.example",
    "/v1",
    "javascript:alert(1)",
    "http://[",
  ])("does not map %s", (location) => {
    expect(locate(location)).toBeUndefined();
  });
});
