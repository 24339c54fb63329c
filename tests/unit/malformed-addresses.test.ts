import { channel } from "node:diagnostics_channel";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { expect, test } from "vitest";
import { isWellEncoded, rejectMalformedAddresses } from "@/lib/server/malformed-addresses";

/**
 * Paths that are not valid percent-encoded UTF-8: truncated, not hexadecimal, overlong, a
 * surrogate, not UTF-8.
 */
const malformed = [
  "/%",
  "/a%2",
  "/%zz",
  "/dashboard/%E0%A4%A",
  "/api/proxy/items/%c0%ae",
  "/%ed%a0%80",
  "/%ff/x?y=1",
  "http://app.test/%zz",
  "/_next/image?w=64&url=%2F%25zz&q=75",
];
const wellFormed = [
  "/",
  "*",
  "/a%20b/%C3%BC/%E0%A4%85/%F0%9F%98%80",
  "/100%25",
  "/%25zz",
  "/search?q=%zz&r=%E0%A4%A",
  "http://app.test/a?%",
  "/_next/image?w=64&url=%2Fa%2520b.png&q=%zz",
];

test.each(malformed)("%j is malformed", (url) => {
  expect(isWellEncoded(url)).toBe(false);
});

test.each(wellFormed)("%j is well-formed", (url) => {
  expect(isWellEncoded(url)).toBe(true);
});

test("only malformed URLs are changed before Next.js sees them", () => {
  rejectMalformedAddresses();
  const seen = [...malformed, ...wellFormed].map((url) => {
    const request = Object.assign(new IncomingMessage(new Socket()), { url });
    channel("http.server.request.start").publish({
      request,
      response: new ServerResponse(request),
    });
    return request.url;
  });
  expect(new Set(seen.slice(0, malformed.length))).toEqual(
    new Set(["/_next/static/malformed-address"]),
  );
  expect(seen.slice(malformed.length)).toEqual(wellFormed);
});
