import { channel } from "node:diagnostics_channel";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { expect, test } from "vitest";
import { rejectMalformedAddresses } from "@/lib/server/malformed-addresses";

rejectMalformedAddresses();

/** The URL of a request as Next.js sees it. */
function seenAs(url: string): string | undefined {
  const request = Object.assign(new IncomingMessage(new Socket()), { url });
  const response = new ServerResponse(request);
  channel("http.server.request.start").publish({ request, response });
  return request.url;
}

// Not percent-encoded UTF-8: truncated, not hexadecimal, overlong, a surrogate, not UTF-8.
test.each([
  "/%",
  "/a%2",
  "/dashboard/%E0%A4%A",
  "/api/auth/%c0%ae",
  "/%ed%a0%80",
  "/%ff/x?y=1",
  "http://app.test/%zz",
  "/_next/image?w=64&url=%2F%25zz&q=75",
])("%j is replaced, because it is malformed", (url) => {
  expect(seenAs(url)).toBe("/_next/static/malformed-address");
});

test.each([
  "/",
  "*",
  "/a%20b/%C3%BC/%E0%A4%85/%F0%9F%98%80",
  "/%25zz",
  "/search?q=%zz&r=%E0%A4%A",
  "http://app.test/a?%",
  "/_next/image?w=64&url=%2Fa%2520b.png&q=%zz",
])("%j is well-formed", (url) => {
  expect(seenAs(url)).toBe(url);
});
