import { expect, test } from "vitest";
import { describeDevice } from "@/components/account/device";

const webkit = "AppleWebKit/605.1.15 (KHTML, like Gecko)";
const chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0";
const mac = "Macintosh; Intel Mac OS X 10_15_7";
const iPhone = "iPhone; CPU iPhone OS 18_5 like Mac OS X";

test.each([
  ["Safari on macOS", false, `(${mac}) ${webkit} Version/18.5 Safari/605.1.15`],
  ["Safari on iOS", true, `(${iPhone}) ${webkit} Version/18.5 Mobile/15E148 Safari/604.1`],
  ["Edge on Windows", false, `(Windows NT 10.0; Win64; x64) ${chrome} Safari/537.36 Edg/141.0.0.0`],
  ["Chrome on Android", true, `(Linux; Android 10; K) ${chrome} Mobile Safari/537.36`],
  ["Firefox on Linux", false, "(X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"],
])("the user agent of %s is described as such", (name, isMobile, system) => {
  expect(describeDevice(`Mozilla/5.0 ${system}`)).toEqual({ name, isMobile });
});

test.each([null, "", "curl/8.5.0", "<script>".repeat(200)])(
  "the user agent %j is an unknown browser",
  (userAgent) => {
    expect(describeDevice(userAgent)).toEqual({ name: "Unknown browser", isMobile: false });
  },
);
