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

/** An answer of an API, byte by byte. */
const raw = (head: string, body = "") =>
  `raw?answer=${encodeURIComponent(`${head.trim()}\r\n\r\n${body}`)}`;
const lines = (...all: string[]) => all.join("\r\n");

const unreadable = { error: "api_unreadable", message: "The API's response can't be read." };

describe("what an API encodes though it was asked not to", () => {
  test.each(encodings)("is readable: %j", async (encoding) => {
    const answer = await send(encodedAs(encoding));
    expect(answer.headers.has("content-encoding")).toBe(false);
    expect(await answer.text()).toBe("in plain words");
  });

  test("is readable where two headers say what others say in one", async () => {
    expect(await (await send("encoded-twice")).text()).toBe("in plain words");
  });

  test.each(["zstd", "compress", "gzip, unknown", "gzip; q=1", "gzip, gzip, gzip, gzip"])(
    "is a 502 where it is encoded by %s, and the log says why",
    async (encoding) => {
      const answer = await send(encodedAs(encoding));
      expect([answer.status, await answer.json()]).toEqual([502, unreadable]);
      expect(log.error).toHaveBeenCalledWith("the API's response can't be forwarded", {
        path: "/v1/encoded",
        reason: expect.stringContaining("encod"),
      });
    },
  );

  test("is a 502 where it is a part: nobody can decode that", async () => {
    const answer = await send(encodedAs("gzip", "&status=206"));
    expect([answer.status, await answer.json()]).toEqual([502, unreadable]);
    expect((await send(encodedAs("identity", "&status=206"))).status).toBe(206);
  });

  test.each([
    ["an answer of no bytes", encodedAs("gzip", "&bytes=0"), "GET", 200],
    ["one of no bytes, encoded twice", encodedAs("gzip, br", "&bytes=0"), "GET", 200],
    ["the answer to a HEAD", encodedAs("gzip"), "HEAD", 200],
    ["the answer to a HEAD, by an unknown encoding", encodedAs("unknown"), "HEAD", 200],
    ["a 204", encodedAs("gzip", "&status=204"), "GET", 204],
    ["a 304", encodedAs("br", "&status=304"), "GET", 304],
  ])("is empty where it is %s", async (_, path, method, status) => {
    const answer = await send(path, method);
    expect([answer.status, await answer.text()]).toEqual([status, ""]);
  });

  test.each(["gzip", "br", "deflate", "gzip, gzip"])(
    "breaks off where it was cut: %s",
    async (encoding) => {
      const answer = await send(encodedAs(encoding, "&bytes=10"));
      await expect(answer.text()).rejects.toThrow();
    },
  );

  test("breaks off where it is not encoded at all", async () => {
    const answer = await send(
      raw(lines("HTTP/1.1 200 OK", "Content-Encoding: gzip", "Connection: close"), "text"),
    );
    await expect(answer.text()).rejects.toThrow();
  });
});

describe("what an API asks a browser for", () => {
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
  ])("is passed on as far as it is about tokens: %j", async (value, expected) => {
    expect(await challenge(value)).toBe(expected);
  });

  test("is nothing where the API names no token with what is no 401", async () => {
    expect(await challenge("Basic", "403 Forbidden")).toBeNull();
    const insufficient = 'Bearer error="insufficient_scope", scope="write"';
    expect(await challenge(insufficient, "403 Forbidden")).toBe(insufficient);
  });

  test("is not a proxy's password: that was meant for this server", async () => {
    const head = lines("HTTP/1.1 407 Proxy Authentication Required", "Proxy-Authenticate: Basic");
    const answer = await send(raw(`${head}\r\nContent-Length: 0`));
    expect([answer.status, await answer.json()]).toEqual([502, unreadable]);
    expect(answer.headers.has("proxy-authenticate")).toBe(false);
  });
});

describe("an answer that breaks the rules", () => {
  test.each([
    ["has a status of no class", lines("HTTP/1.1 999 No", "Content-Length: 0")],
    [
      "has a transfer encoding that nobody allowed",
      lines("HTTP/1.1 200 OK", "Transfer-Encoding: gzip, chunked"),
    ],
  ])("is a 502 where it %s", async (_, head) => {
    const answer = await send(raw(head));
    expect([answer.status, await answer.json()]).toEqual([502, unreadable]);
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
    ["is no HTTP", "SSH-2.0-OpenSSH"],
  ])("is a 502 where it %s", async (_, head) => {
    const answer = await send(raw(head));
    expect(answer.status).toBe(502);
    expect(await answer.json()).toMatchObject({ error: "api_unavailable" });
  });

  test("breaks off where its body is shorter than it said", async () => {
    const answer = await send(raw(lines("HTTP/1.1 200 OK", "Content-Length: 10"), "short"));
    await expect(answer.text()).rejects.toThrow();
  });

  test("ends where it said, whatever follows", async () => {
    const answer = await send(
      raw(lines("HTTP/1.1 200 OK", "Content-Length: 4"), "bodyHTTP/1.1 200 OK"),
    );
    expect(await answer.text()).toBe("body");
  });

  test("has no more of its type than the first", async () => {
    const head = lines("HTTP/1.1 200 OK", "Content-Type: text/plain", "Content-Type: text/html");
    const answer = await send(raw(`${head}\r\nContent-Length: 0`));
    expect(answer.headers.get("content-type")).toBe("text/plain");
  });
});

test("what tells a browser to do something else than show the answer is left out", async () => {
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
  const answer = await send(raw(head, "4\r\nbody\r\n0\r\nSet-Cookie: c=d\r\nX-Late: 1\r\n\r\n"));
  expect(await answer.text()).toBe("body");
  expect([...answer.headers.keys()].sort()).toEqual([
    "cache-control",
    "content-security-policy",
    "cross-origin-resource-policy",
    "x-content-type-options",
  ]);
});
