import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "@playwright/test";
import { encode } from "next-auth/jwt";
import { appVariables } from "../../dev/stand-in";
import { startApp, type App } from "./servers";
import { readSession, sessionValue } from "./session-cookie";
import { signInByRequests, test as base } from "./stage";

const name = "authjs.session-token";
const root = fileURLToPath(new URL("../..", import.meta.url));

/** Visitors, by why they are not signed in. Each function makes the value of their cookie. */
export const visitors: Record<string, (app: App, browser: Browser) => Promise<string>> = {
  "signed out": async () => "",
  "with an expired session": (app, browser) =>
    inSession(app, browser, "alice", async (context) => {
      const token = await readSession(context, app);
      const { secret, storage } = app;
      if (!storage.sessions)
        return encode({ token: { ...token }, secret, salt: name, maxAge: -10 });
      await storage.sessions.expire(token);
      return sessionValue(context);
    }),
  "with a tampered cookie": (app, browser) =>
    inSession(app, browser, "alice", async (context) => {
      const value = await sessionValue(context);
      const middle = Math.floor(value.length / 2);
      return value.slice(0, middle) + (value[middle] === "A" ? "B" : "A") + value.slice(middle + 1);
    }),
};

/** Signs a user in, in a new browser. @param valueOf makes the cookie's value from it */
async function inSession(
  app: App,
  browser: Browser,
  username: string,
  valueOf: (context: Awaited<ReturnType<Browser["newContext"]>>) => Promise<string>,
): Promise<string> {
  const context = await browser.newContext({ baseURL: app.url });
  await signInByRequests(context, username);
  const value = await valueOf(context);
  await context.close();
  return value;
}

/** Who sends a request: a seeded user, or one of `visitors`. */
export type Who = string;

/** Cookie values. A worker has one app, so its tests share them. */
const cookieValues = new Map<Who, Promise<string>>();

interface Fixtures {
  /** The Cookie header of a user or a visitor. */
  cookieOf: (who: Who) => Promise<string>;
  /** The same build and sessions, served as if there were no middleware.ts. */
  withoutMiddleware: App;
}

export const test = base.extend<Fixtures>({
  cookieOf: async ({ app, browser }, use) => {
    const make = (who: Who) =>
      visitors[who]?.(app, browser) ?? inSession(app, browser, who, sessionValue);
    await use(async (who) => {
      const making = cookieValues.get(who) ?? make(who);
      cookieValues.set(who, making);
      const value = await making;
      return value && `${name}=${value}`;
    });
  },
  withoutMiddleware: async ({ app, pair }, use) => {
    const folder = buildWithoutMiddleware();
    const { secret: AUTH_SECRET } = app;
    const variables = {
      ...appVariables(pair.identity.issuer),
      ...app.storage.variables,
      AUTH_SECRET,
    };
    const bare = await startApp(variables, { folder });
    await use(bare);
    await bare.stop();
    rmSync(folder, { recursive: true });
  },
});

/** Links the whole build, except the one manifest that names the middleware. */
function buildWithoutMiddleware(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "without-middleware-"));
  const manifest = "functions-config-manifest.json";
  mkdirSync(path.join(folder, ".next/server"), { recursive: true });
  const link = (file: string) => symlinkSync(path.join(root, file), path.join(folder, file));
  const linkAll = (below: string, except: string) =>
    readdirSync(path.join(root, below))
      .filter((entry) => entry !== except)
      .forEach((entry) => link(path.join(below, entry)));
  ["node_modules", "package.json"].forEach(link);
  linkAll(".next", "server");
  linkAll(".next/server", manifest);
  writeFileSync(
    path.join(folder, ".next/server", manifest),
    JSON.stringify({ version: 1, functions: {} }),
  );
  return folder;
}
