import { afterAll, describe, expect, test, vi } from "vitest";
import { forward } from "@/lib/api-proxy/forward";
import { encodings, startApi } from "../e2e/api-server";
import { log } from "./mocks";

vi.mock("@/lib/log", () => import("./mocks"));

const api = await startApi();
afterAll(() => api.close());

const send = (path: string, method = "GET") =>
  forward(new Request(`https://app.example/api/proxy/${path}`, { method }), {
    apiUrl: api.url,
    proxyPath: "/api/proxy",
    getAccessToken: async () => "token",
  });

const encodedAs = (encoding: string, query = "") =>
  `encoded?as=${encodeURIComponent(encoding)}${query}`;

const lines = (...all: string[]) => all.join("\r\n");
/** Sends a request to which the API responds with this head and body, byte by byte. */
const sendFor = (head: string[], body = "") =>
  send(`raw?answer=${encodeURIComponent(`${lines(...head)}\r\n\r\n${body}`)}`);
const ok = "HTTP/1.1 200 OK";
const empty = "Content-Length: 0";

async function expectRefused(response: Response, error = "api_unreadable"): Promise<void> {
  expect(response.status).toBe(502);
  expect(await response.json()).toMatchObject({ error });
}

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
      const message = "The API's response can't be read.";
      expect(response.status).toBe(502);
      expect(await response.json()).toEqual({ error: "api_unreadable", message });
      expect(log.error).toHaveBeenCalledWith("the API's response can't be forwarded", {
        path: "/v1/encoded",
        reason: expect.stringContaining("encod"),
      });
    },
  );

  test("is a 502 for partial content, which can't be decoded", async () => {
    await expectRefused(await send(encodedAs("gzip", "&status=206")));
    const plain = await send(encodedAs("identity", "&status=206"));
    expect(plain.status).toBe(206);
    expect(plain.headers.get("cache-control")).toBe("private, no-store, no-transform");
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
    const response = await sendFor([ok, "Content-Encoding: gzip", "Connection: close"], "text");
    await expect(response.text()).rejects.toThrow();
  });
});

describe("an API's authentication challenge", () => {
  const challenge = async (value: string, status = "401 Unauthorized") => {
    const response = await sendFor([`HTTP/1.1 ${status}`, `WWW-Authenticate: ${value}`, empty]);
    return response.headers.get("www-authenticate");
  };

  test.each([
    ["", "Bearer"],
    ["basic", "Bearer"],
    ["Digest realm=x, nonce=y", "Bearer"],
    ["NTLM TlRMTVNTUAAB", "Bearer"],
    ['Basic realm="a, Digest b"', "Bearer"],
    ["Bearerish realm=x", "Bearer"],
    ["Bearer", "Bearer"],
    ['Bearer error="invalid_token", scope="a b"', 'Bearer error="invalid_token", scope="a b"'],
    ['Bearer realm="x \\" Basic", error=a', 'Bearer realm="x \\" Basic", error=a'],
    ['DPoP algs="ES256"', 'DPoP algs="ES256"'],
    ['Basic realm="api", Bearer error="invalid_token"', 'Bearer error="invalid_token"'],
    ['Bearer error="invalid_token", Basic realm="api"', 'Bearer error="invalid_token"'],
    [lines('Basic realm="api"', 'WWW-Authenticate: Bearer scope="read"'), 'Bearer scope="read"'],
  ])(
    "is forwarded as far as it is about tokens, and shows no dialog: %j",
    async (value, expected) => {
      expect(await challenge(value)).toBe(expected);
    },
  );

  test("is removed from a response other than 401 unless it is about tokens", async () => {
    expect(await challenge("Basic", "403 Forbidden")).toBeNull();
    const insufficient = 'Bearer error="insufficient_scope", scope="write"';
    expect(await challenge(insufficient, "403 Forbidden")).toBe(insufficient);
  });

  test("with 407 becomes a 502, since it is meant for this server", async () => {
    const head = ["HTTP/1.1 407 Proxy Authentication Required", "Proxy-Authenticate: Basic", empty];
    const response = await sendFor(head);
    expect(response.headers.has("proxy-authenticate")).toBe(false);
    await expectRefused(response);
  });
});

describe("a response that violates HTTP", () => {
  const length = (bytes: number) => `Content-Length: ${bytes}`;

  test.each([
    ["has a status outside 1xx to 5xx", ["HTTP/1.1 999 No", empty], "api_unreadable"],
    ["has an encoding of its own", [ok, "Transfer-Encoding: gzip, chunked"], "api_unreadable"],
    [
      "switches the protocol",
      ["HTTP/1.1 101 Switching Protocols", "Upgrade: x", "Connection: upgrade"],
      "api_unavailable",
    ],
    ["has two lengths", [ok, length(1), length(2)], "api_unavailable"],
    ["has a length and chunks", [ok, length(1), "Transfer-Encoding: chunked"], "api_unavailable"],
    ["is not HTTP", ["SSH-2.0-OpenSSH"], "api_unavailable"],
  ])("is a 502 when it %s", async (_, head, error) => {
    await expectRefused(await sendFor(head), error);
  });

  test("breaks off when its body is shorter than its Content-Length", async () => {
    await expect((await sendFor([ok, length(10)], "short")).text()).rejects.toThrow();
  });

  test("ends at its Content-Length, whatever follows", async () => {
    const response = await sendFor([ok, length(4)], "bodyHTTP/1.1 200 OK");
    expect(await response.text()).toBe("body");
  });

  test("keeps only the first of two Content-Type headers", async () => {
    const types = ["Content-Type: text/plain", "Content-Type: text/html"];
    const response = await sendFor([ok, ...types, empty]);
    expect(response.headers.get("content-type")).toBe("text/plain");
  });
});

test("a response keeps its status, type and ETag, has its location below the proxy, and is not cached", async () => {
  const response = await sendFor(
    [
      "HTTP/1.1 201 Created",
      "Cache-Control: public, max-age=3600",
      "Content-Type: application/json",
      'ETag: "7"',
      "Location: /v1/items/7?a=b",
      "X-Powered-By: tests",
      "Content-Length: 2",
    ],
    "{}",
  );
  expect([response.status, await response.json()]).toEqual([201, {}]);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "cache-control": "private, no-store",
    "content-type": "application/json",
    etag: '"7"',
    location: "/api/proxy/items/7?a=b",
  });
  expect(response.headers.has("x-powered-by")).toBe(false);
});

test("a redirect out of the API is a 502", async () => {
  const response = await sendFor(["HTTP/1.1 302 Found", "Location: https://evil.example/", empty]);
  expect(response.headers.get("location")).toBeNull();
  await expectRefused(response, "api_redirects_elsewhere");
});

test("headers that make a browser do more than show the response are removed", async () => {
  const head = [
    "HTTP/1.1 103 Early Hints",
    "Link: </x.css>; rel=preload",
    "",
    ok,
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
  ];
  const body = lines("4", "body", "0", "Set-Cookie: c=d", "X-Late: 1", "", "");
  const response = await sendFor(head, body);
  expect(await response.text()).toBe("body");
  expect([...response.headers.keys()].sort()).toEqual([
    "cache-control",
    "content-security-policy",
    "cross-origin-resource-policy",
    "x-content-type-options",
  ]);
});
