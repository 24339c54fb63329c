import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "@playwright/test";
import { appVariables } from "../../dev/stand-in";
import { buildCopy, withFolder } from "./builds";
import { startApp } from "./servers";

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

const test = withFolder(() =>
  buildCopy("next-config", { change: misconfigure, env: { BUILD_STANDALONE: "1" } }),
);

/** The command of each server, in the build's folder. */
const servers = {
  "next start": [next, "start"],
  "next dev": [next, "dev"],
  "the standalone server": [".next/standalone/.data/next-config/server.js"],
};

for (const [name, command] of Object.entries(servers))
  test(`${name} exits with an error that names basePath and trailingSlash`, async ({ folder }) => {
    const variables = {
      ...appVariables("http://localhost:1/oidc"),
      NODE_ENV: name === "next dev" ? "development" : "production",
    };
    const started = startApp(variables, { folder, command }).then((app) => app.stop());
    await expect(started).rejects.toThrow(
      /\(exit code 1\).*^ {2}basePath +is set in next\.config\.ts.*^ {2}trailingSlash +is set in/ms,
    );
  });
