import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL(".", import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^@\//, replacement: root },
      // The package throws if the `react-server` condition is not set. Tests run on the server
      // without it.
      { find: /^server-only$/, replacement: `${root}node_modules/server-only/empty.js` },
    ],
  },
  test: {
    // next-auth imports `next/server` and others without an extension, which Node.js does not
    // resolve.
    server: { deps: { inline: ["next-auth"] } },
    projects: [
      {
        extends: true,
        test: { name: "unit", include: ["tests/unit/**/*.test.ts", "packages/*/tests/*.test.ts"] },
      },
      {
        extends: true,
        test: {
          name: "contract",
          include: ["packages/*/tests/contract/**/*.test.ts"],
          globalSetup: "packages/logto-stand-in/tests/contract/setup.ts",
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
    ],
  },
});
