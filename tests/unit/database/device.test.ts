import { expect, test } from "vitest";
import { describeDevice } from "@/components/account/device";

const webkit = "AppleWebKit/605.1.15 (KHTML, like Gecko)";
const devices = [
  {
    userAgent: `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${webkit} Version/18.5 Safari/605.1.15`,
    name: "Safari on macOS",
    isMobile: false,
  },
  {
    userAgent: `Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) ${webkit} Version/18.5 Mobile/15E148 Safari/604.1`,
    name: "Safari on iOS",
    isMobile: true,
  },
  {
    userAgent:
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
    name: "Edge on Windows",
    isMobile: false,
  },
  {
    userAgent:
      "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
    name: "Chrome on Android",
    isMobile: true,
  },
  {
    userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
    name: "Firefox on Linux",
    isMobile: false,
  },
];

for (const { userAgent, name, isMobile } of devices) {
  test(`the user agent of ${name} is described as such`, () => {
    expect(describeDevice(userAgent)).toEqual({ name, isMobile });
  });
}

test.each([null, "", "curl/8.5.0", "<script>".repeat(200)])(
  "the user agent %j is an unknown browser",
  (userAgent) => {
    expect(describeDevice(userAgent)).toEqual({ name: "Unknown browser", isMobile: false });
  },
);
