import { request } from "@playwright/test";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { z } from "zod";
import { start } from "../../dev/children.mjs";
import { print } from "../../dev/terminal.mjs";
import { build, endOf } from "../../tests/e2e/builds";
import { typePassword } from "../../tests/e2e/requests";
import { signedIn, type Client } from "../../tests/load/sessions";
import { buildBenchCopy, writeBenchPages } from "../builds";
import { layout } from "../first-load";

/** An app that is compared. */
export interface Contender {
  name: string;
  /** What its guard consists of. */
  guard: string;
  /** Where it was built. */
  folder: string;
  signIn(url: string): Promise<Client>;
  /** The route that renews the session. */
  renewing: string;
}

/** The npm packages whose versions matter. */
const packages = ["next", "react", "react-dom", "next-auth", "@logto/next"] as const;
export type Versions = Record<(typeof packages)[number], string>;

const signInAs = (url: string) => signedIn(url, "alice");

/** Starts the sign-in by a link, as `@logto/next` does. */
async function signInByLink(url: string): Promise<Client> {
  const client = await request.newContext({ baseURL: url });
  const landed = await typePassword({ request: client }, await client.get("/sign-in"), "alice");
  const { pathname } = new URL(landed.url());
  if (pathname !== "/dashboard") throw new Error(`Signing in ended at ${pathname}.`);
  return client;
}

/**
 * Installs the packages of the two other apps: this app's versions, and the latest of @logto/next.
 *
 * @returns the versions
 * @throws Error if npm fails
 */
async function install(root: string, folder: string): Promise<Versions> {
  const { dependencies } = z
    .object({ dependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")));
  writeFileSync(path.join(folder, "package.json"), '{ "private": true }\n');
  const wanted = packages.map((name) => `${name}@${dependencies[name] ?? "latest"}`);
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"];
  const windows = process.platform === "win32";
  const npm = start(windows ? "npm.cmd" : "npm", ["install", ...flags, ...wanted], {
    cwd: folder,
    shell: windows,
  });
  if ((await npm.exited) !== 0)
    throw new Error(
      `npm could not install ${wanted.join(", ")}. Is the registry reachable? \`npm ping\` tells. npm's last lines:\n${endOf(npm.output())}`,
    );
  const version = (name: string) =>
    z
      .object({ version: z.string() })
      .parse(
        JSON.parse(readFileSync(path.join(folder, "node_modules", name, "package.json"), "utf8")),
      ).version;
  return {
    next: version("next"),
    react: version("react"),
    "react-dom": version("react-dom"),
    "next-auth": version("next-auth"),
    "@logto/next": version("@logto/next"),
  };
}

/** Builds one of the two apps of `apps/`. */
async function buildPeer(
  root: string,
  temporary: string,
  name: string,
  head: string,
  guard: string,
) {
  const folder = path.join(temporary, name);
  cpSync(path.join(root, "tools/peers/apps", name), folder, { recursive: true });
  writeFileSync(path.join(folder, "app/layout.jsx"), layout);
  // Its packages are one folder up.
  const config = { turbopack: { root: temporary } };
  writeFileSync(
    path.join(folder, "next.config.mjs"),
    `export default ${JSON.stringify(config)};\n`,
  );
  writeBenchPages(folder, `import { redirect } from "next/navigation";\n${head}`, guard);
  print(`Building ${name} …`);
  await build(name, folder);
  return folder;
}

/**
 * Builds this app and the two others.
 *
 * @param root the project's folder
 * @param temporary an empty folder for the others
 * @throws Error if an installation or a build fails
 */
export async function buildContenders(
  root: string,
  temporary: string,
): Promise<{ contenders: Contender[]; versions: Versions }> {
  print("Installing the packages of the other apps …");
  const versions = await install(root, temporary);
  const authjs = await buildPeer(
    root,
    temporary,
    "auth-js",
    'import { auth } from "../../../auth";',
    'const session = await auth();\n  if (!session || session.error) redirect("/api/auth/signin");',
  );
  const logto = await buildPeer(
    root,
    temporary,
    "logto-next",
    'import { getLogtoContext } from "@logto/next/server-actions";\nimport { logtoConfig } from "../../../logto";',
    'const { isAuthenticated } = await getLogtoContext(logtoConfig);\n  if (!isAuthenticated) redirect("/sign-in");',
  );
  const copy = await buildBenchCopy("bench-peers");
  const contenders = [
    {
      name: "this starter",
      guard: "in middleware and in the page",
      folder: copy,
      signIn: signInAs,
      renewing: "/dashboard",
    },
    {
      name: "Auth.js's rotation guide",
      guard: "in middleware and in the page",
      folder: authjs,
      signIn: signInAs,
      renewing: "/dashboard",
    },
    {
      name: `@logto/next ${versions["@logto/next"]}`,
      guard: "in the page alone, where it renews nothing",
      folder: logto,
      signIn: signInByLink,
      renewing: "/dashboard/token",
    },
  ];
  return { contenders, versions };
}
