import { userAgentFromString } from "next/server";

/** Common names, where those in the user agent differ. */
const commonNames: Record<string, string> = {
  "Mac OS": "macOS",
  "Chromium OS": "ChromeOS",
  "Mobile Safari": "Safari",
  "Mobile Chrome": "Chrome",
  "Mobile Firefox": "Firefox",
};

/**
 * Names the browser of a session, such as "Firefox on Linux". Leaves out versions, since browsers
 * no longer send the true ones.
 *
 * @param userAgent the User-Agent header of the sign-in. Untrusted: the client may send any text
 */
export function describeDevice(userAgent: string | null): { name: string; isMobile: boolean } {
  const { browser, os, device } = userAgentFromString(userAgent ?? "");
  const browserName = browser.name
    ? (commonNames[browser.name] ?? browser.name)
    : "Unknown browser";
  const system = os.name && (commonNames[os.name] ?? os.name);
  return {
    name: system ? `${browserName} on ${system}` : browserName,
    isMobile: device.type === "mobile" || device.type === "tablet",
  };
}
