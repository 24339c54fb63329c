import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { expect, test as base } from "@playwright/test";
import { start } from "../../dev/children.mjs";
import { appVariables } from "../../dev/stand-in";
import { buildCopy } from "./builds";
import { freePort, withoutLocalVariables } from "./servers";

const root = fileURLToPath(new URL("../..", import.meta.url));
const next = path.join(root, "node_modules/next/dist/bin/next");

/** Adds two settings to next.config.ts that this app does not support. */
function misconfigure(folder: string): void {
  const file = path.join(folder, "next.config.ts");
  const source = readFileSync(file, "utf8");
  const changed = source.replace(
    "  poweredByHeader:",
    '  basePath: "/app",\n  trailingSlash: true,\n$&',
  );
  expect(changed).not.toBe(source);
  writeFileSync(file, changed);
}

const test = base.extend<object, { folder: string }>({
  folder: [
    async ({}, use) => {
      const folder = await buildCopy("next-config", {
        change: misconfigure,
        env: { BUILD_STANDALONE: "1" },
      });
      await use(folder);
      rmSync(folder, { recursive: true });
    },
    { scope: "worker", timeout: 600_000 },
  ],
});

/** The command of each server in the build's folder, with its port. */
const servers: Record<string, (port: string) => string[]> = {
  "next start": (port) => [next, "start", "--port", port],
  "next dev": (port) => [next, "dev", "--port", port],
  "the standalone server": () => [".next/standalone/.data/next-config/server.js"],
};

for (const [name, command] of Object.entries(servers)) {
  test(`${name} exits with an error that names basePath and trailingSlash`, async ({ folder }) => {
    const port = String(await freePort());
    const server = start(process.execPath, command(port), {
      cwd: folder,
      env: {
        ...withoutLocalVariables(),
        ...appVariables("http://localhost:1/oidc"),
        NODE_ENV: name === "next dev" ? "development" : "production",
        NEXT_TELEMETRY_DISABLED: "1",
        PORT: port,
        AUTH_URL: `http://localhost:${port}`,
        AUTH_SECRET: "a-secret-of-more-than-32-characters",
      },
    });
    expect(await server.exited).toBe(1);
    expect(server.output()).toMatch(/^ {2}basePath +is set in next\.config\.ts/m);
    expect(server.output()).toMatch(/^ {2}trailingSlash +is set in next\.config\.ts/m);
  });
}
