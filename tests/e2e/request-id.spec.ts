import { z } from "zod";
import { expect, test } from "./fixtures";
import { signInByRequests, signOutByRequest, visit } from "./requests";
import { expireAccessToken } from "./session-cookie";

const entry = z.looseObject({ level: z.string(), requestId: z.string(), msg: z.string() });
/** The entries of a log, one a line. */
const entriesOf = (log: string) =>
  log
    .trim()
    .split("\n")
    .map((line) => entry.parse(JSON.parse(line)));

test("every response has a request id: the proxy's or a new one", async ({ request }) => {
  const idOf = async (path: string, headers = {}) =>
    (await request.get(path, { headers })).headers()["x-request-id"];
  for (const path of ["/", "/api/auth/check", "/api/auth/csrf", "/icon.svg"]) {
    expect(await idOf(path)).toMatch(/^[\da-f-]{36}$/);
    expect(await idOf(path, { "x-request-id": "proxy:1-67f.a" })).toBe("proxy:1-67f.a");
    expect(await idOf(path, { "x-request-id": 'x" msg="forged' })).toMatch(/^[\da-f-]{36}$/);
  }
});

test("each log line names its request, in middleware, in handlers and in Next.js's own messages", async ({
  request,
  stage,
}) => {
  const triggers: Record<string, (headers: Record<string, string>) => Promise<unknown>> = {
    "session cookie unreadable": (headers) => {
      const cookie = "authjs.session-token=broken";
      return request.get("/dashboard", { headers: { ...headers, cookie }, maxRedirects: 0 });
    },
    "back-channel logout rejected": (headers) =>
      request.post("/api/auth/backchannel-logout", { headers, form: { logout_token: "x" } }),
    "Failed to find Server Action": (headers) => {
      const action = { "next-action": "0".repeat(42) };
      return request.post("/sign-in", { headers: { ...headers, ...action }, data: "[]" });
    },
  };
  const sent = Object.keys(triggers).flatMap((event, index) =>
    Array.from({ length: 6 }, (_, count) => ({ event, id: `request-${count}.${index}` })),
  );
  await Promise.all(sent.map(async ({ event, id }) => triggers[event]?.({ "x-request-id": id })));
  const entries = entriesOf(stage.log());
  for (const { event, id } of sent) {
    const found = entries.filter(({ requestId }) => requestId === id);
    expect(found.length, id).toBeGreaterThan(0);
    for (const { msg } of found) expect(msg).toContain(event);
  }
});

test("sign-in, renewal and sign-out log one line each, with the user and the request", async ({
  context,
  stage,
}) => {
  await signInByRequests(context, "bob");
  await expireAccessToken(context, stage);
  await visit(context, "/dashboard");
  await signOutByRequest(context);
  const entries = entriesOf(stage.log());
  expect(entries.map(({ msg }) => msg)).toEqual(["signed in", "session renewed", "signed out"]);
  expect(new Set(entries.map(({ user }) => user)).size).toBe(1);
  expect(new Set(entries.map(({ requestId }) => requestId)).size).toBe(3);
});
