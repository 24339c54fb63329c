import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { APIResponse, Browser, BrowserContext } from "@playwright/test";
import { encode } from "next-auth/jwt";
import { z } from "zod";
import { appVariables } from "../../dev/stand-in";
import { expect, test as base } from "./fixtures";
import { builtRoutes, readBuilt } from "./pages";
import type { ProtectedAction, ProtectedPath } from "./protected-paths";
import { signInByRequests } from "./requests";
import { startApp, type App } from "./servers";
import { readSession, sessionValue } from "./session-cookie";

const name = "authjs.session-token";
const root = fileURLToPath(new URL("../..", import.meta.url));

/** Visitors, by why they are not signed in: what they make of Alice's cookie. */
const visitors: Record<string, (alice: BrowserContext, app: App) => Promise<string>> = {
  "signed out": async () => "",
  "with an expired session": async (alice, app) => {
    const { secret, storage } = app;
    const session = await readSession(alice, app);
    if (!storage.sessions)
      return encode({ token: { ...session }, secret, salt: name, maxAge: -10 });
    await storage.sessions.expire(session);
    return sessionValue(alice);
  },
  "with a tampered cookie": async (alice) => {
    const value = await sessionValue(alice);
    const middle = Math.floor(value.length / 2);
    return value.slice(0, middle) + (value[middle] === "A" ? "B" : "A") + value.slice(middle + 1);
  },
};

/** Who sends a request: a seeded user, or one of `visitors`. */
type Who = string;

/** Cookie headers. A worker has one app, so its tests share them. */
const cookies = new Map<Who, Promise<string>>();

async function makeCookie(who: Who, app: App, browser: Browser): Promise<string> {
  const context = await browser.newContext({ baseURL: app.url });
  await signInByRequests(context, who in visitors ? "alice" : who);
  const value = await (visitors[who] ?? sessionValue)(context, app);
  await context.close();
  return value && `${name}=${value}`;
}

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

const test = base.extend<{
  /** Sends a request with a user's or a visitor's cookie. Follows no redirect. */
  getAs: (who: Who, address: string, headers?: Record<string, string>) => Promise<APIResponse>;
  /** The Cookie header of a user or a visitor. */
  cookieOf: (who: Who) => Promise<string>;
  /** The same build and sessions, served as if there were no middleware.ts. */
  withoutMiddleware: App;
}>({
  cookieOf: async ({ app, browser }, use) => {
    await use((who) => {
      const cookie = cookies.get(who) ?? makeCookie(who, app, browser);
      cookies.set(who, cookie);
      return cookie;
    });
  },
  getAs: async ({ context, cookieOf }, use) => {
    await use(async (who, address, headers) => {
      const cookie = await cookieOf(who);
      return context.request.get(address, { headers: { cookie, ...headers }, maxRedirects: 0 });
    });
  },
  withoutMiddleware: async ({ app, identity }, use) => {
    const folder = buildWithoutMiddleware();
    const variables = { ...appVariables(identity.issuer), AUTH_SECRET: app.secret };
    const bare = await startApp({ ...variables, ...app.storage.variables }, { folder });
    await use(bare);
    await bare.stop();
    rmSync(folder, { recursive: true });
  },
});

/**
 * Expects a redirect to the sign-in page, or a 401 with a challenge.
 *
 * @param callbackUrl the return path that a page's redirect must have
 */
async function expectTurnedAway(
  kind: ProtectedPath["kind"],
  response: APIResponse,
  callbackUrl: string,
) {
  const headers = response.headers();
  expect(headers["cache-control"]).toContain("no-store");
  if (kind === "handler") {
    expect(response.status()).toBe(401);
    expect(headers["www-authenticate"]).toBeTruthy();
    expect(await response.json()).toEqual({ error: "signed_out", message: expect.any(String) });
    return;
  }
  expect(response.status()).toBe(307);
  const origin = new URL(response.url()).origin;
  const location = new URL(headers.location ?? "", origin);
  expect(location.origin + location.pathname).toBe(`${origin}/sign-in`);
  expect(location.searchParams.get("callbackUrl")).toBe(callbackUrl);
}

/** Expects a 403, or a page that shows that access is missing, without a redirect. */
async function expectNotAllowed(kind: ProtectedPath["kind"], response: APIResponse) {
  expect(response.headers()["cache-control"]).toContain("no-store");
  if (kind === "handler") {
    expect(response.status()).toBe(403);
    expect(response.headers()["www-authenticate"]).toBeUndefined();
    const error = expect.stringMatching(/^not_(allowed|a_member)$/);
    expect(await response.json()).toEqual({ error, message: expect.any(String) });
    return;
  }
  expect(response.status()).toBe(200);
  const html = await response.text();
  expect(html).toMatch(/<h1[^>]*>You don&#x27;t have access to this page/);
  expect(html).toMatch(/<meta name="robots" content="noindex/);
}

/**
 * Everyone requests a route at once: visitors, the person who is not allowed, and Alice.
 *
 * @param get sends the request of a person or visitor
 * @param callbackUrl the return path that a page's redirect must have
 */
async function expectGuarded(
  { kind, notAllowed, status = 200 }: ProtectedPath,
  get: (who: Who) => Promise<APIResponse>,
  callbackUrl: string,
): Promise<void> {
  const step = (who: Who, check: (response: APIResponse) => Promise<void>) =>
    test.step(who, async () => check(await get(who)));
  await Promise.all([
    ...Object.keys(visitors).map((who) =>
      step(who, (response) => expectTurnedAway(kind, response, callbackUrl)),
    ),
    notAllowed && step(notAllowed, (response) => expectNotAllowed(kind, response)),
    step("alice", async (response) => {
      expect(response.status()).toBe(status);
      expect(response.headers()["cache-control"]).toContain("no-store");
      if (kind === "page") expect(await response.text()).not.toContain("have access to this page");
    }),
  ]);
}

const actionsManifest = z.object({
  node: z.record(
    z.string(),
    z.object({
      filename: z.string(),
      exportedName: z.string(),
      workers: z.record(z.string(), z.unknown()),
    }),
  ),
});
/** Every server action of the build, with its id and a page that uses it. */
const builtActions = () =>
  Object.entries(
    actionsManifest.parse(readBuilt("server/server-reference-manifest.json")).node,
  ).map(([id, { filename, exportedName, workers }]) => ({
    id,
    action: `${filename} ${exportedName}`,
    page: Object.keys(workers)[0]?.replace(/^app|\/\([a-z]+\)|\/page$/g, "") ?? "",
  }));

const isExample = (route: string) => route.split("/").includes("examples");

/**
 * Defines the tests of protected routes and actions. Visitors, people without access and Alice
 * request each of them.
 *
 * @param table the protected and the public routes and actions
 * @param options `examples`: true if the table is of the examples, false if it is of all the rest.
 *   The table must list everything that is built there
 */
export function testProtected(
  table: {
    protectedPaths: ProtectedPath[];
    protectedActions: ProtectedAction[];
    publicPaths: Set<string>;
  },
  { examples }: { examples: boolean },
): void {
  const { protectedPaths, protectedActions, publicPaths } = table;
  const ours = (all: string[]) =>
    [...new Set(all.filter((each) => isExample(each) === examples))].sort();

  test("every route and every action of the build is listed as protected or as public", () => {
    const routes = [...protectedPaths.map(({ route }) => route), ...publicPaths];
    const where = "add new ones to tests/e2e/protected-paths.ts, so that they are tested";
    expect.soft(ours(Object.values(builtRoutes())), where).toEqual(routes.sort());
    const actions = protectedActions.map(({ action }) => action);
    expect(ours(builtActions().map(({ action }) => action)), where).toEqual(actions.sort());
  });

  test("every protected route is open only to users who are allowed", async ({ getAs }) => {
    test.slow();
    for (const each of protectedPaths) {
      const { route, kind, path: address = route } = each;
      await test.step(route, async () => {
        await expectGuarded(each, (who) => getAs(who, address), address);
        if (kind !== "page") return;
        // By the router.
        const url = `${address}${address.includes("?") ? "&" : "?"}_rsc`;
        const response = await getAs("signed out", url, { rsc: "1" });
        // The redirect of middleware, or that of the guard, which the router follows.
        const { location = await response.text() } = response.headers();
        expect(location).toMatch(/^\/sign-in\?|NEXT_REDIRECT;replace;\/sign-in\?/);
      });
    }
  });

  test(
    "without middleware the guards respond the same, and pages return to the dashboard",
    { tag: "@jwt" },
    async ({ getAs, withoutMiddleware: { url } }) => {
      const unknown = await getAs("signed out", `${url}/dashboard/no-such-page`);
      expect(unknown.status(), "middleware does not run").toBe(404);
      for (const each of protectedPaths) {
        const address = url + (each.path ?? each.route);
        await test.step(each.route, () =>
          expectGuarded(each, (who) => getAs(who, address), "/dashboard"),
        );
      }
    },
  );

  if (protectedActions.length === 0) return;
  test("every protected action runs only for allowed users", async ({ app, context, cookieOf }) => {
    for (const { action, notAllowed } of protectedActions) {
      const { id = "", page = "" } = builtActions().find((each) => each.action === action) ?? {};
      const stopped = Object.keys(visitors).map((who) => [who, "signed_out"]);
      if (notAllowed) stopped.push([notAllowed, "not_allowed"]);
      await Promise.all(
        stopped.map(([who = "", code = ""]) =>
          test.step(`${action}: ${who}`, async () => {
            const response = await context.request.post(page, {
              headers: { cookie: await cookieOf(who), origin: app.url, "next-action": id },
              multipart: { "0": "[]" },
              maxRedirects: 0,
            });
            const leadsTo = response.headers()["x-action-redirect"]?.split(";")[0];
            // A redirect to a page that requires sign-in; or the action returns or throws the code.
            if (leadsTo && code === "signed_out")
              expect(protectedPaths.map(({ route }) => route)).toContain(leadsTo);
            else
              expect(await response.text()).toMatch(
                new RegExp(`^1:("${code}"|E{"digest":"session:${code}"})`, "m"),
              );
            const written = response
              .headersArray()
              .filter(({ name: header }) => header.toLowerCase() === "set-cookie")
              .filter(({ value }) => !/^authjs\.session-token=;/.test(value));
            expect(written).toEqual([]);
          }),
        ),
      );
    }
  });
}
