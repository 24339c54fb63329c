import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { forward } from "@/lib/api-proxy/forward";
import { encodings, startApi, type ApiServer } from "../e2e/api-server";

const log = vi.hoisted(() => ({ info: vi.fn(), warn: vi.fn(), error: vi.fn() }));
vi.mock("@/lib/log", () => ({ log }));

let api: ApiServer;

beforeAll(async () => {
  api = await startApi();
});

afterAll(() => api.close());

beforeEach(() => {
  vi.clearAllMocks();
});

const send = (path: string, method = "GET") =>
  forward(new Request(`https://app.example/api/proxy/${path}`, { method }), {
    apiUrl: api.url,
    proxyPath: "/api/proxy",
    getAccessToken: async () => "token",
  });

const encodedAs = (encoding: string, query = "") =>
  `encoded?as=${encodeURIComponent(encoding)}${query}`;

/** The path at which the API sends this response, byte by byte. */
const raw = (head: string, body = "") =>
  `raw?answer=${encodeURIComponent(`${head.trim()}\r\n\r\n${body}`)}`;
const lines = (...all: string[]) => all.join("\r\n");

const unreadable = { error: "api_unreadable", message: "The API's response can't be read." };

describe("a response that is encoded although the request did not allow it", () => {
  test.each(encodings)("is decoded: %j", async (encoding) => {
    const response = await send(encodedAs(encoding));
    expect(response.headers.has("content-encoding")).toBe(false);
    expect(await response.text()).toBe("in plain words");
  });

  test("is decoded when two headers list the encodings", async () => {
    expect(await (await send("encoded-twice")).text()).toBe("in plain words");
  });

  test.each(["zstd", "compress", "gzip, unknown", "gzip; q=1", "gzip, gzip, gzip, gzip"])(
    "is a 502 for the encoding %s, and the reason is logged",
    async (encoding) => {
      const response = await send(encodedAs(encoding));
      expect([response.status, await response.json()]).toEqual([502, unreadable]);
      expect(log.error).toHaveBeenCalledWith("the API's response can't be forwarded", {
        path: "/v1/encoded",
        reason: expect.stringContaining("encod"),
      });
    },
  );

  test("is a 502 for partial content, which can't be decoded", async () => {
    const response = await send(encodedAs("gzip", "&status=206"));
    expect([response.status, await response.json()]).toEqual([502, unreadable]);
    const plain = await send(encodedAs("identity", "&status=206"));
    expect([plain.status, plain.headers.get("cache-control")]).toEqual([
      206,
      "private, no-store, no-transform",
    ]);
  });

  test.each([
    ["a response of no bytes", encodedAs("gzip", "&bytes=0"), "GET", 200],
    ["a response of no bytes, encoded twice", encodedAs("gzip, br", "&bytes=0"), "GET", 200],
    ["the response to a HEAD", encodedAs("gzip"), "HEAD", 200],
    ["the response to a HEAD, with an unknown encoding", encodedAs("unknown"), "HEAD", 200],
    ["a 204", encodedAs("gzip", "&status=204"), "GET", 204],
    ["a 304", encodedAs("br", "&status=304"), "GET", 304],
  ])("is empty when it is %s", async (_, path, method, status) => {
    const response = await send(path, method);
    expect([response.status, await response.text()]).toEqual([status, ""]);
  });

  test.each(["gzip", "br", "deflate", "gzip, gzip"])(
    "breaks off where the API cut it: %s",
    async (encoding) => {
      const response = await send(encodedAs(encoding, "&bytes=10"));
      await expect(response.text()).rejects.toThrow();
    },
  );

  test("breaks off when it is not encoded at all", async () => {
    const response = await send(
      raw(lines("HTTP/1.1 200 OK", "Content-Encoding: gzip", "Connection: close"), "text"),
    );
    await expect(response.text()).rejects.toThrow();
  });
});

describe("an API's authentication challenge", () => {
  const challenge = async (value: string, status = "401 Unauthorized") => {
    const head = lines(`HTTP/1.1 ${status}`, `WWW-Authenticate: ${value}`, "Content-Length: 0");
    return (await send(raw(head))).headers.get("www-authenticate");
  };

  test.each([
    'Basic realm="api"',
    "basic",
    "Digest realm=x, nonce=y",
    "Negotiate",
    "NTLM TlRMTVNTUAAB",
    'Basic realm="a, Digest b"',
    "Bearerish realm=x",
    "",
  ])("shows no password dialog: %j", async (value) => {
    expect(await challenge(value)).toBe("Bearer");
  });

  test.each([
    ["Bearer", "Bearer"],
    ['Bearer error="invalid_token", scope="a b"', 'Bearer error="invalid_token", scope="a b"'],
    [
      'Bearer realm="x \\" Basic", error=invalid_token',
      'Bearer realm="x \\" Basic", error=invalid_token',
    ],
    ['DPoP algs="ES256"', 'DPoP algs="ES256"'],
    ['Basic realm="api", Bearer error="invalid_token"', 'Bearer error="invalid_token"'],
    ['Bearer error="invalid_token", Basic realm="api"', 'Bearer error="invalid_token"'],
    [lines('Basic realm="api"', 'WWW-Authenticate: Bearer scope="read"'), 'Bearer scope="read"'],
  ])("is forwarded as far as it is about tokens: %j", async (value, expected) => {
    expect(await challenge(value)).toBe(expected);
  });

  test("is removed from a response other than 401 unless it is about tokens", async () => {
    expect(await challenge("Basic", "403 Forbidden")).toBeNull();
    const insufficient = 'Bearer error="insufficient_scope", scope="write"';
    expect(await challenge(insufficient, "403 Forbidden")).toBe(insufficient);
  });

  test("with 407 becomes a 502, since it is meant for this server", async () => {
    const head = lines("HTTP/1.1 407 Proxy Authentication Required", "Proxy-Authenticate: Basic");
    const response = await send(raw(`${head}\r\nContent-Length: 0`));
    expect([response.status, await response.json()]).toEqual([502, unreadable]);
    expect(response.headers.has("proxy-authenticate")).toBe(false);
  });
});

describe("a response that violates HTTP", () => {
  test.each([
    ["has a status outside 1xx to 5xx", lines("HTTP/1.1 999 No", "Content-Length: 0")],
    [
      "has a transfer encoding that the request did not allow",
      lines("HTTP/1.1 200 OK", "Transfer-Encoding: gzip, chunked"),
    ],
  ])("is a 502 when it %s", async (_, head) => {
    const response = await send(raw(head));
    expect([response.status, await response.json()]).toEqual([502, unreadable]);
  });

  test.each([
    [
      "switches the protocol",
      lines("HTTP/1.1 101 Switching Protocols", "Upgrade: x", "Connection: upgrade"),
    ],
    ["has two lengths", lines("HTTP/1.1 200 OK", "Content-Length: 1", "Content-Length: 2")],
    [
      "has a length and chunks",
      lines("HTTP/1.1 200 OK", "Content-Length: 1", "Transfer-Encoding: chunked"),
    ],
    ["is not HTTP", "SSH-2.0-OpenSSH"],
  ])("is a 502 when it %s", async (_, head) => {
    const response = await send(raw(head));
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ error: "api_unavailable" });
  });

  test("breaks off when its body is shorter than its Content-Length", async () => {
    const response = await send(raw(lines("HTTP/1.1 200 OK", "Content-Length: 10"), "short"));
    await expect(response.text()).rejects.toThrow();
  });

  test("ends at its Content-Length, whatever follows", async () => {
    const response = await send(
      raw(lines("HTTP/1.1 200 OK", "Content-Length: 4"), "bodyHTTP/1.1 200 OK"),
    );
    expect(await response.text()).toBe("body");
  });

  test("keeps only the first of two Content-Type headers", async () => {
    const head = lines("HTTP/1.1 200 OK", "Content-Type: text/plain", "Content-Type: text/html");
    const response = await send(raw(`${head}\r\nContent-Length: 0`));
    expect(response.headers.get("content-type")).toBe("text/plain");
  });
});

test("a redirect out of the API is a 502", async () => {
  const head = lines("HTTP/1.1 302 Found", "Location: https://evil.example/", "Content-Length: 0");
  const response = await send(raw(head));
  expect([response.status, response.headers.get("location")]).toEqual([502, null]);
  expect(await response.json()).toMatchObject({ error: "api_redirects_elsewhere" });
});

test("headers that make a browser do more than show the response are removed", async () => {
  const head = lines(
    "HTTP/1.1 103 Early Hints",
    "Link: </x.css>; rel=preload",
    "",
    "HTTP/1.1 200 OK",
    "Clear-Site-Data: *",
    "Link: </x.css>; rel=preload",
    "Refresh: 0; url=https://evil.example",
    "Set-Cookie: a=b",
    "Location: https://evil.example",
    "Strict-Transport-Security: max-age=0",
    "Access-Control-Allow-Origin: *",
    "Service-Worker-Allowed: /",
    "SourceMap: /x.map",
    "Alt-Svc: h3=evil.example",
    "Transfer-Encoding: chunked",
    "Trailer: X-Late",
  );
  const response = await send(raw(head, "4\r\nbody\r\n0\r\nSet-Cookie: c=d\r\nX-Late: 1\r\n\r\n"));
  expect(await response.text()).toBe("body");
  expect([...response.headers.keys()].sort()).toEqual([
    "cache-control",
    "content-security-policy",
    "cross-origin-resource-policy",
    "x-content-type-options",
  ]);
});
