import { readFileSync } from "node:fs";
import type { APIResponse } from "@playwright/test";
import { z } from "zod";
import { test, visitors, type Who } from "./visitors";
import type { ProtectedAction, ProtectedPath } from "./protected-paths";
import { expect } from "./stage";

/**
 * Values of the header that made older versions of Next.js take a request for an internal one and
 * skip middleware (CVE-2025-29927).
 */
const subrequests = ["middleware", "src/middleware", "pages/_middleware", "proxy"].flatMap(
  (file) => [file, Array.from({ length: 5 }, () => file).join(":")],
);

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
  expect(response.headers()["cache-control"]).toContain("no-store");
  if (kind === "handler") {
    expect(response.status()).toBe(401);
    expect(response.headers()["www-authenticate"]).toBeTruthy();
    expect(await response.json()).toEqual({ error: "signed_out", message: expect.any(String) });
    return;
  }
  expect(response.status()).toBe(307);
  const origin = new URL(response.url()).origin;
  const location = new URL(response.headers().location ?? "", origin);
  expect(location.origin + location.pathname).toBe(`${origin}/sign-in`);
  expect(location.searchParams.get("callbackUrl")).toBe(callbackUrl);
}

/** Expects a 403, or a page that shows that access is missing, without a redirect. */
async function expectNotAllowed(kind: ProtectedPath["kind"], response: APIResponse) {
  expect(response.headers()["cache-control"]).toContain("no-store");
  if (kind === "handler") {
    expect(response.status()).toBe(403);
    expect(response.headers()["www-authenticate"]).toBeUndefined();
    expect(await response.json()).toEqual({
      error: expect.stringMatching(/^not_(allowed|a_member)$/),
      message: expect.any(String),
    });
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

const routesManifest = z.record(z.string(), z.string());
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
const readBuilt = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../.next/${file}`, import.meta.url), "utf8"));

/** Every route of the build. */
const builtRoutes = () =>
  Object.values(routesManifest.parse(readBuilt("app-path-routes-manifest.json")));

/** Every server action of the build, with its id and a page that uses it. */
const builtActions = () =>
  Object.entries(
    actionsManifest.parse(readBuilt("server/server-reference-manifest.json")).node,
  ).map(([id, { filename, exportedName, workers }]) => ({
    id,
    action: `${filename} ${exportedName}`,
    page: Object.keys(workers)[0]?.replace(/^app|\/\([a-z]+\)|\/page$/g, "") ?? "",
  }));

const isExample = (name: string) => name.split("/").includes("examples");

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
    publicActions?: Set<string>;
  },
  { examples }: { examples: boolean },
): void {
  const { protectedPaths, protectedActions, publicPaths, publicActions = new Set() } = table;
  const ours = (names: string[]) =>
    [...new Set(names.filter((each) => isExample(each) === examples))].sort();

  test("every route and every action of the build is listed as protected or as public", () => {
    const routes = [...protectedPaths.map(({ route }) => route), ...publicPaths];
    const where = "add new ones to tests/e2e/protected-paths.ts, so that they are tested";
    expect.soft(ours(builtRoutes()), where).toEqual(routes.sort());
    const actions = [...protectedActions.map(({ action }) => action), ...publicActions];
    expect(ours(builtActions().map(({ action }) => action)), where).toEqual(actions.sort());
  });

  test("every protected route is open only to users who are allowed", async ({
    context,
    cookieOf,
  }) => {
    test.slow();
    for (const each of protectedPaths) {
      const { route, kind, path: address = route } = each;
      const get = async (who: Who) =>
        context.request.get(address, { headers: { cookie: await cookieOf(who) }, maxRedirects: 0 });
      await test.step(route, async () => {
        await expectGuarded(each, get, address);
        if (kind !== "page") return;
        // Signed out, by the router.
        const url = `${address}${address.includes("?") ? "&" : "?"}_rsc`;
        const response = await context.request.get(url, { headers: { rsc: "1" }, maxRedirects: 0 });
        // The redirect of middleware, or that of the guard, which the router follows.
        const { location = await response.text() } = response.headers();
        expect(location).toMatch(/^\/sign-in\?|NEXT_REDIRECT;replace;\/sign-in\?/);
      });
    }
  });

  test(
    "headers that once skipped middleware have no effect",
    { tag: "@jwt" },
    async ({ context }) => {
      // The route makes no difference to Next.js, so each route gets only one of the values.
      for (const [index, { route, kind, path: address = route }] of protectedPaths.entries()) {
        const subrequest = subrequests[index % subrequests.length] ?? "";
        const headers = { "x-middleware-subrequest": subrequest, "x-requested-path": "/elsewhere" };
        const response = await context.request.get(address, { headers, maxRedirects: 0 });
        await test.step(`${route} ${subrequest}`, () => expectTurnedAway(kind, response, address));
      }
    },
  );

  test(
    "without middleware the guards respond the same, and pages return to the dashboard",
    { tag: "@jwt" },
    async ({ context, cookieOf, withoutMiddleware: { url } }) => {
      const unknown = await context.request.get(`${url}/dashboard/no-such-page`, {
        maxRedirects: 0,
      });
      expect(unknown.status(), "middleware does not run").toBe(404);
      for (const each of protectedPaths) {
        const { route, path: address = route } = each;
        const get = async (who: Who) =>
          context.request.get(url + address, {
            headers: { cookie: await cookieOf(who) },
            maxRedirects: 0,
          });
        await test.step(route, () => expectGuarded(each, get, "/dashboard"));
      }
    },
  );

  if (protectedActions.length === 0) return;
  test("every protected action runs only for users who are allowed", async ({
    app,
    context,
    cookieOf,
  }) => {
    for (const { action, notAllowed } of protectedActions) {
      const { id = "", page = "" } = builtActions().find((each) => each.action === action) ?? {};
      const stopped = [
        ...Object.keys(visitors).map((who) => [who, "signed_out"]),
        ...(notAllowed ? [[notAllowed, "not_allowed"]] : []),
      ];
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
              .filter(({ name }) => name.toLowerCase() === "set-cookie");
            expect(written.filter(({ value }) => !/^authjs\.session-token=;/.test(value))).toEqual(
              [],
            );
          }),
        ),
      );
    }
  });
}
