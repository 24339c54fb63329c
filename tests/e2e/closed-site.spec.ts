import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test as base } from "@playwright/test";
import { buildCopy } from "./builds";
import { openStorage } from "./modes";
import { startPair, type Pair } from "./servers";
import { megabytes, sendRaw } from "./raw-request";
import {
  expireAccessToken,
  putCookies,
  sessionCookies,
  writtenSessionCookies,
} from "./session-cookie";
import { expect, signInByRequests, visit } from "./stage";

/** Puts the closed form into the line of middleware.ts that says what is protected. */
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
 * Handlers that the project has none of: one that lets any cache keep its answer, and one that
 * counts what it is sent.
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

for (const mode of ["jwt", "database"] as const) {
  test.describe(`a site that is closed as a whole, strategy ${mode}`, () => {
    test.describe.configure({ mode: "default" });
    let pair: Pair;
    test.beforeAll(async ({ folder }) => {
      pair = await startPair({}, await openStorage(mode, "embedded"), folder);
    });
    test.afterAll(() => pair.stop());

    test("sends away from every page but those for signing in, and refuses everything else", async ({
      context,
    }) => {
      const { url } = pair.app;
      const asked = async (path: string) => {
        const response = await visit(context, `${url}${path}`, { maxRedirects: 0 });
        const { location } = response.headers();
        return `${response.status()} ${location ? location.replace(url, "") : ""}`.trim();
      };
      expect(await asked("/")).toBe("307 /sign-in?callbackUrl=%2F");
      // Whether a page exists is nobody's business either.
      expect(await asked("/no/such.page?x=1")).toBe(
        "307 /sign-in?callbackUrl=%2Fno%2Fsuch.page%3Fx%3D1",
      );
      expect(await asked("/dashboard")).toBe("307 /sign-in?callbackUrl=%2Fdashboard");
      expect(await asked("/api/no-such-handler")).toBe("401");
      expect(await asked("/sign-in")).toBe("200");
      expect(await asked("/refused")).toBe("200");
      expect(await asked("/icon.svg")).toBe("200");
      // Files are closed, too, as are pages and handlers whose path ends like one.
      expect(await asked("/no-such.png")).toBe("307 /sign-in?callbackUrl=%2Fno-such.png");
      expect(await asked("/dashboard.json")).toBe("307 /sign-in?callbackUrl=%2Fdashboard.json");
      expect(await asked("/api/no-such-handler.json")).toBe("401");
      expect(await asked("/api/healthx")).toBe("401");
      expect(await asked("/api/authx")).toBe("401");
      expect(await asked("/api/auth/session")).toBe("200");
      const posted = await context.request.post(`${url}/`, { maxRedirects: 0 });
      expect(posted.status()).toBe(401);
      expect(await posted.json()).toMatchObject({ error: "signed_out" });
    });

    test("is open to who signs in, and its page needs nothing from what is closed", async ({
      page,
      context,
    }) => {
      const refused: string[] = [];
      page.on("response", (response) => {
        // The router prefetches the start page, to which the logo leads.
        const isFetch = response.request().resourceType() === "fetch";
        if (response.status() >= 300 && !isFetch)
          refused.push(`${response.status()} ${response.url()}`);
      });
      await page.goto(`${pair.app.url}/sign-in`);
      await expect(page.getByRole("button", { name: "Sign in", exact: true })).toBeVisible();
      expect(refused).toEqual([]);
      await signInByRequests(context, "alice", { to: "/", origin: pair.app.url });
      const start = await visit(context, `${pair.app.url}/`, { maxRedirects: 0 });
      expect(start.status()).toBe(200);
      // Rendered at build time, it would be any cache's to keep and to give to whoever asks.
      expect(start.headers()["cache-control"]).toBe("private, no-store");
    });

    test("sends a body without a length on as a whole, or not at all", async ({ context }) => {
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
      if (mode === "database") return;

      // A handler that lets any cache keep its answer, on a request that renews.
      await expireAccessToken(context, pair.app);
      const shared = await visit(context, `${url}/api/shared`);
      expect(writtenSessionCookies(shared)).toHaveLength(1);
      expect(shared.headers()["cache-control"]).toBe("private, no-store");
    });

    test("is opened by neither a cookie that somebody made up nor one whose session has ended", async ({
      context,
    }) => {
      const { url, storage } = pair.app;
      const start = async () =>
        (await visit(context, `${url}/`, { maxRedirects: 0 })).headers().location ?? "";
      await putCookies(context, url, { "authjs.session-token": "made-up" });
      expect(await start()).toContain("/sign-in?");

      await signInByRequests(context, "bob", { to: "/", origin: url });
      const held = await sessionCookies(context);
      await context.request.post(`${url}/api/auth/signout`, {
        form: await (await context.request.get(`${url}/api/auth/csrf`)).json(),
        maxRedirects: 0,
      });
      await context.addCookies(held);
      expect(await start()).toBe("/sign-in?callbackUrl=%2F");

      if (!storage.db) return;
      await context.clearCookies();
      await signInByRequests(context, "carol", { to: "/", origin: url });
      await storage.db.session.updateMany({ data: { endedAt: new Date(), sealedTokens: null } });
      expect(await start()).toBe("/sign-in?error=SessionEnded&callbackUrl=%2F");
    });
  });
}
