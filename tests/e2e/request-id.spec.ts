import { z } from "zod";
import { expireAccessToken } from "./session-cookie";
import { csrfForm, expect, signInByRequests, test, visit } from "./stage";

const entry = z.looseObject({ level: z.string(), requestId: z.string(), msg: z.string() });
/** The entries of a log, one a line. */
const entriesOf = (log: string) =>
  log
    .trim()
    .split("\n")
    .map((line) => entry.parse(JSON.parse(line)));

test("every response has a request id: the proxy's or a new one", async ({ context }) => {
  const idOf = async (path: string, given?: string) => {
    const headers: Record<string, string> = given === undefined ? {} : { "x-request-id": given };
    return (await context.request.get(path, { headers })).headers()["x-request-id"];
  };
  for (const path of ["/", "/api/auth/check", "/api/auth/csrf", "/icon.svg"]) {
    expect(await idOf(path)).toMatch(/^[\da-f-]{36}$/);
    expect(await idOf(path, "proxy:1-67f.a")).toBe("proxy:1-67f.a");
    expect(await idOf(path, 'x" msg="forged')).toMatch(/^[\da-f-]{36}$/);
  }
});

test("each log line names its request, in middleware, in handlers and in Next.js's own messages", async ({
  context,
  stage,
}) => {
  const ids = Array.from({ length: 6 }, (_, index) => `request-${index}`);
  const { request } = context;
  const triggers: Record<string, (id: string) => Promise<unknown>> = {
    "session cookie unreadable": (id) =>
      request.get("/dashboard", {
        headers: { "x-request-id": id, cookie: "authjs.session-token=broken" },
        maxRedirects: 0,
      }),
    "back-channel logout rejected": (id) =>
      request.post("/api/auth/backchannel-logout", {
        headers: { "x-request-id": id },
        form: { logout_token: "made.up.token" },
      }),
    "Failed to find Server Action": (id) =>
      request.post("/sign-in", {
        headers: { "x-request-id": id, "next-action": "0".repeat(42) },
        data: "[]",
      }),
  };
  const requests = Object.entries(triggers).flatMap(([event, trigger], index) =>
    ids.map(async (each) => {
      const id = `${each}.${index}`;
      await trigger(id);
      return { event, id };
    }),
  );
  const sent = await Promise.all(requests);
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
  await context.request.post("/api/auth/signout", {
    form: await csrfForm(context),
    maxRedirects: 0,
  });
  const entries = entriesOf(stage.log());
  expect(entries.map(({ msg }) => msg)).toEqual(["signed in", "session renewed", "signed out"]);
  expect(new Set(entries.map(({ user }) => user)).size).toBe(1);
  expect(new Set(entries.map(({ requestId }) => requestId)).size).toBe(3);
});
