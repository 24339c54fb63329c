import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test as base } from "@playwright/test";
import { buildCopy } from "./builds";
import { modes } from "./modes";
import { startPair, type Pair } from "./servers";
import { megabytes, sendRaw } from "./raw-request";
import {
  expireAccessToken,
  putCookies,
  sessionCookies,
  writtenSessionCookies,
} from "./session-cookie";
import { expect, signInByRequests, visit } from "./stage";

/** Changes `protection` in middleware.ts to the closed form that its comment shows. */
function close(folder: string): void {
  const file = path.join(folder, "middleware.ts");
  const source = readFileSync(file, "utf8");
  const [, line = ""] = /`(allBut\(.*?\))`/.exec(source) ?? [];
  const closed = source
    .replace(/^const protection = only\(.*?^\]\);/ms, `const protection = ${line};`)
    .replace("{ only }", "{ allBut }");
  expect(closed).toContain('const protection = allBut(["/sign-in"');
  writeFileSync(file, closed);
}

/**
 * Handlers that the project itself lacks: one whose response any cache may store, and one that
 * counts the bytes of the request's body.
 */
const handlers = {
  shared: `export const GET = () => new Response("text", { headers: { "cache-control": "public, max-age=600" } });`,
  upload: `export async function POST(request: Request) {
    return Response.json({ size: (await request.arrayBuffer()).byteLength });
  }`,
};

function addHandlers(folder: string): void {
  for (const [name, source] of Object.entries(handlers)) {
    mkdirSync(path.join(folder, "app/api", name));
    writeFileSync(path.join(folder, "app/api", name, "route.ts"), source);
  }
}

const test = base.extend<object, { folder: string }>({
  folder: [
    async ({}, use) => {
      const folder = await buildCopy("closed-site", {
        change: (copy) => {
          close(copy);
          addHandlers(copy);
        },
      });
      await use(folder);
      rmSync(folder, { recursive: true });
    },
    { scope: "worker", timeout: 600_000 },
  ],
});

for (const [mode, openStorage] of Object.entries(modes)) {
  test.describe(`a closed site, mode ${mode}`, () => {
    test.describe.configure({ mode: "default" });
    let pair: Pair;
    test.beforeAll(async ({ folder }) => {
      pair = await startPair({}, await openStorage(), folder);
    });
    test.afterAll(() => pair.stop());

    test("redirects pages to sign in, except those for signing in, and responds with 401 to everything else", async ({
      context,
    }) => {
      const { url } = pair.app;
      const outcomeOf = async (path: string) => {
        const response = await visit(context, `${url}${path}`, { maxRedirects: 0 });
        const { location } = response.headers();
        return `${response.status()} ${location ? location.replace(url, "") : ""}`.trim();
      };
      expect(await outcomeOf("/")).toBe("307 /sign-in?callbackUrl=%2F");
      // A visitor cannot tell whether a page exists.
      expect(await outcomeOf("/no/such.page?x=1")).toBe(
        "307 /sign-in?callbackUrl=%2Fno%2Fsuch.page%3Fx%3D1",
      );
      expect(await outcomeOf("/dashboard")).toBe("307 /sign-in?callbackUrl=%2Fdashboard");
      expect(await outcomeOf("/api/no-such-handler")).toBe("401");
      expect(await outcomeOf("/sign-in")).toBe("200");
      expect(await outcomeOf("/refused")).toBe("200");
      expect(await outcomeOf("/icon.svg")).toBe("200");
      // Files are closed, too, as are pages and handlers whose path ends like a file name.
      expect(await outcomeOf("/no-such.png")).toBe("307 /sign-in?callbackUrl=%2Fno-such.png");
      expect(await outcomeOf("/dashboard.json")).toBe("307 /sign-in?callbackUrl=%2Fdashboard.json");
      expect(await outcomeOf("/api/no-such-handler.json")).toBe("401");
      expect(await outcomeOf("/api/healthx")).toBe("401");
      expect(await outcomeOf("/api/authx")).toBe("401");
      expect(await outcomeOf("/api/auth/session")).toBe("200");
      const posted = await context.request.post(`${url}/`, { maxRedirects: 0 });
      expect(posted.status()).toBe(401);
      expect(await posted.json()).toMatchObject({ error: "signed_out" });
    });

    test("opens for signed-in users, and its sign-in page loads nothing that is closed", async ({
      page,
      context,
    }) => {
      const failures: string[] = [];
      page.on("response", (response) => {
        // The router prefetches the start page, to which the logo links.
        const isFetch = response.request().resourceType() === "fetch";
        if (response.status() >= 300 && !isFetch)
          failures.push(`${response.status()} ${response.url()}`);
      });
      await page.goto(`${pair.app.url}/sign-in`);
      await expect(page.getByRole("button", { name: "Sign in", exact: true })).toBeVisible();
      expect(failures).toEqual([]);
      await signInByRequests(context, "alice", { to: "/", origin: pair.app.url });
      const start = await visit(context, `${pair.app.url}/`, { maxRedirects: 0 });
      expect(start.status()).toBe(200);
      // Rendered at build time, it could otherwise be cached and served to visitors.
      expect(start.headers()["cache-control"]).toBe("private, no-store");
    });

    test("passes on a body without a length as a whole, or not at all", async ({ context }) => {
      const { url } = pair.app;
      await signInByRequests(context, "alice", { to: "/", origin: url });
      const cookie = (await context.cookies(url))
        .map(({ name, value }) => `${name}=${value}`)
        .join("; ");
      const upload = (size: number) =>
        sendRaw(url, "/api/upload", { method: "POST", headers: { cookie }, body: megabytes(size) });
      const small = await upload(9);
      expect([small.status, JSON.parse(small.text)]).toEqual([200, { size: 9 * 1024 * 1024 }]);
      for (const size of [10, 11, 30]) expect((await upload(size)).status).toBe(413);
      if (pair.app.storage.sessions) return;

      // A handler whose response any cache may store, on a request that renews the session.
      await expireAccessToken(context, pair.app);
      const shared = await visit(context, `${url}/api/shared`);
      expect(writtenSessionCookies(shared)).toHaveLength(1);
      expect(shared.headers()["cache-control"]).toBe("private, no-store");
    });

    test("opens neither for a made-up cookie nor for one whose session has ended", async ({
      context,
    }) => {
      const { url, storage } = pair.app;
      const start = async () =>
        (await visit(context, `${url}/`, { maxRedirects: 0 })).headers().location ?? "";
      await putCookies(context, url, { "authjs.session-token": "made-up" });
      expect(await start()).toContain("/sign-in?");

      await signInByRequests(context, "bob", { to: "/", origin: url });
      const oldCookies = await sessionCookies(context);
      await context.request.post(`${url}/api/auth/signout`, {
        form: await (await context.request.get(`${url}/api/auth/csrf`)).json(),
        maxRedirects: 0,
      });
      await context.addCookies(oldCookies);
      expect(await start()).toBe("/sign-in?callbackUrl=%2F");

      if (!storage.sessions) return;
      await context.clearCookies();
      await signInByRequests(context, "carol", { to: "/", origin: url });
      await storage.sessions.endAll();
      expect(await start()).toBe("/sign-in?error=SessionEnded&callbackUrl=%2F");
    });
  });
}
