import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "./fixtures";
import { crossSite, expectSignedIn, signInByRequests, visit } from "./requests";
import { readSession, writtenSessionCookies } from "./session-cookie";

const form = { callbackUrl: "/profile", csrfToken: "made-up" };

/** Every handler that changes something, with its response to a form of another site. */
const handlers: Record<string, { file: string; status: number; location?: RegExp }> = {
  "/api/auth/signin/logto": {
    file: "auth/[...nextauth]",
    status: 302,
    location: /\/sign-in\?.*error=/,
  },
  "/api/auth/signout": { file: "auth/[...nextauth]", status: 302, location: /\/sign-in\?.*error=/ },
  "/api/auth/session": { file: "auth/[...nextauth]", status: 400 },
  // This is no callback of a sign-in of this browser, so the session stays as it was.
  "/api/auth/callback/logto": { file: "auth/[...nextauth]", status: 302, location: /\/dashboard$/ },
  "/api/auth/backchannel-logout": { file: "auth/backchannel-logout", status: 400 },
  // Without a key the route does not exist.
  "/api/logto/webhook": { file: "logto/webhook", status: 404 },
  "/api/proxy/items": { file: "proxy/[...path]", status: 404 },
};

/** The handlers of app/api with a method other than GET. */
async function writingHandlers(): Promise<Set<string>> {
  const api = fileURLToPath(new URL("../../app/api", import.meta.url));
  const files = (await readdir(api, { recursive: true })).filter((file) =>
    /route\.tsx?$/.test(file),
  );
  const sources = await Promise.all(files.map((file) => readFile(`${api}/${file}`, "utf8")));
  const found = files.filter((_, index) =>
    /\b(POST|PUT|PATCH|DELETE)\b/.test(sources[index] ?? ""),
  );
  return new Set(found.map((file) => file.replace(/\/route\.tsx?$/, "")));
}

test("no handler changes anything for another site's page, for a link, or without Auth.js's token", async ({
  context,
  stage,
}) => {
  const listed = new Set(Object.values(handlers).map(({ file }) => file));
  expect(listed, "the handlers listed above").toEqual(await writingHandlers());
  await signInByRequests(context, "alice");
  const { sessionId } = await readSession(context, stage);
  await stage.control.forgetRequests();
  await Promise.all(
    Object.entries(handlers).flatMap(([path, { status, location }]) =>
      [crossSite, {}].map(async (headers) => {
        const response = await context.request.post(path, { form, headers, maxRedirects: 0 });
        expect(response.status(), path).toBe(status);
        if (location) expect(response.headers().location, path).toMatch(location);
        expect(writtenSessionCookies(response), path).toEqual([]);
      }),
    ),
  );
  await visit(context, "/api/auth/signout");
  await expectSignedIn(context);
  expect((await readSession(context, stage)).sessionId).toBe(sessionId);
  const { authorization, revocation, token } = (await stage.control.requests()).byEndpoint;
  expect([authorization, revocation, token]).toEqual([undefined, undefined, undefined]);
});

test("Auth.js's other routes redirect to no other origin", async ({ context, stage }) => {
  const evil = encodeURIComponent("https://evil.example/");
  const routes = ["signin", "signin/logto", "signout", "error", "verify-request", "callback/logto"];
  await Promise.all(
    routes.map(async (route) => {
      const url = `/api/auth/${route}?callbackUrl=${evil}&redirectTo=${evil}&url=${evil}`;
      const { location = "/" } = (await visit(context, url, { maxRedirects: 0 })).headers();
      expect(new URL(location, stage.url).origin, route).toBe(stage.url);
    }),
  );
});
