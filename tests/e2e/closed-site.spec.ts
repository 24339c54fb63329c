import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { buildCopy, withFolder } from "./builds";
import { expect, modes } from "./fixtures";
import { megabytes, sendRaw, textOf } from "./raw-request";
import { signInByRequests, visit } from "./requests";
import { startPair, type Pair } from "./servers";

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

/** Adds a handler that the project itself lacks: it counts the bytes of the request's body. */
function addUpload(folder: string): void {
  mkdirSync(path.join(folder, "app/api/upload"));
  const source = `export async function POST(request: Request) {
    return Response.json({ size: (await request.arrayBuffer()).byteLength });
  }`;
  writeFileSync(path.join(folder, "app/api/upload/route.ts"), source);
}

const test = withFolder(() =>
  buildCopy("closed-site", {
    change: (copy) => {
      close(copy);
      addUpload(copy);
    },
  }),
);

/** What a visitor gets. The unit test of protected paths has more of them. */
const outcomes = {
  "/": "307 /sign-in?callbackUrl=%2F",
  // A visitor cannot tell whether a page exists.
  "/no/such.page?x=1": "307 /sign-in?callbackUrl=%2Fno%2Fsuch.page%3Fx%3D1",
  "/dashboard": "307 /sign-in?callbackUrl=%2Fdashboard",
  "/sign-in": "200",
  "/refused": "200",
  "/icon.svg": "200",
  "/api/auth/session": "200",
  // Files are closed, too, as are handlers whose path ends like a file name.
  "/no-such.png": "307 /sign-in?callbackUrl=%2Fno-such.png",
  "/api/no-such-handler.json": "401",
  "/api/healthx": "401",
  "/api/authx": "401",
};

for (const [mode, openStorage] of Object.entries(modes)) {
  test.describe(`a closed site, mode ${mode}`, () => {
    test.describe.configure({ mode: "default" });
    let pair: Pair;
    test.beforeAll(async ({ folder }) => {
      pair = await startPair({}, { storage: await openStorage(), folder });
    });
    test.afterAll(() => pair.stop());

    test("redirects pages to sign in, except those for signing in, and responds with 401 to everything else", async ({
      context,
    }) => {
      const { url } = pair.app;
      for (const [address, outcome] of Object.entries(outcomes)) {
        const response = await visit(context, url + address, { maxRedirects: 0 });
        const { location } = response.headers();
        const [status, to] = [response.status(), location?.replace(url, "")];
        expect(to ? `${status} ${to}` : String(status), address).toBe(outcome);
      }
      const posted = await context.request.post(`${url}/`, { maxRedirects: 0 });
      expect(posted.status()).toBe(401);
      expect(await posted.json()).toMatchObject({ error: "signed_out" });
    });

    test("opens for users; its sign-in page loads nothing closed", async ({ page, context }) => {
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
      expect(JSON.parse(await textOf(small))).toEqual({ size: 9 * 1024 * 1024 });
      for (const size of [10, 30]) expect((await upload(size)).resume().statusCode).toBe(413);
    });
  });
}
