/** The oldest supported minor version of each Node.js line (package.json, "engines"). */
const oldestMinor = new Map([
  [20, 19],
  [22, 12],
]);

/**
 * @param {string} version such as "22.4.1"
 * @returns {string | null} a sentence that says what to install, or null if this Node.js is fine
 */
export function unsupportedNode(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const supported = major >= 24 || minor >= (oldestMinor.get(major) ?? Infinity);
  return supported
    ? null
    : `This needs Node.js 20.19 or newer (20, 22 or 24); you are running ${version}. Install it from https://nodejs.org or run \`nvm install\`.`;
}
