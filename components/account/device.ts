import { userAgentFromString } from "next/server";

/** The names that people know, where the user agent's differ. */
const familiar: Record<string, string> = {
  "Mac OS": "macOS",
  "Chromium OS": "ChromeOS",
  "Mobile Safari": "Safari",
  "Mobile Chrome": "Chrome",
  "Mobile Firefox": "Firefox",
};

/**
 * What a session's browser is called: "Firefox on Linux". Without versions, since browsers no
 * longer tell the true ones.
 *
 * @param userAgent the User-Agent header of the sign-in; anything at all, since whoever signs in
 *   chooses it
 */
export function describeDevice(userAgent: string | null): { name: string; isMobile: boolean } {
  const { browser, os, device } = userAgentFromString(userAgent ?? "");
  const browserName = browser.name ? (familiar[browser.name] ?? browser.name) : "Unknown browser";
  const system = os.name && (familiar[os.name] ?? os.name);
  return {
    name: system ? `${browserName} on ${system}` : browserName,
    isMobile: device.type === "mobile" || device.type === "tablet",
  };
}
