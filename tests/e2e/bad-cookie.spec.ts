import type { BrowserContext } from "@playwright/test";
import type { Session } from "@/lib/session/model/session";
import { sendRaw, type RawResponse } from "./raw-request";
import {
  encodeCookie,
  putCookies,
  readSession,
  sessionCookies,
  sessionValue,
} from "./session-cookie";
import {
  expect,
  expectNothingSecret,
  expectSignInMessage,
  navigation,
  signInByRequests,
  type Stage,
  test,
  visit,
} from "./stage";

const name = "authjs.session-token";
/** Where a page redirects without a session, and with one that could not be read. */
const signedOut = "/sign-in?callbackUrl=%2Fprofile%3Ftab%3D1";
const unreadable = "/sign-in?error=SessionUnreadable&callbackUrl=%2Fprofile%3Ftab%3D1";

/** Cookies by name. */
type Cookies = Record<string, string>;

interface Good {
  value: string;
  token: Session;
  secret: string;
}

type Makers = Record<string, (good: Good) => Promise<Cookies> | Cookies>;

/** A cookie that was good until now: the browser has none any more. */
async function takeCookie(context: BrowserContext, stage: Stage): Promise<Good> {
  await signInByRequests(context, "bob");
  const [value, token] = [await sessionValue(context), await readSession(context, stage)];
  await context.clearCookies();
  return { value, token, secret: stage.secret };
}

/** Requests handlers and pages with these cookies alone. */
async function requestAll({ url }: Stage, cookies: Cookies) {
  const cookie = Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join("; ");
  const [check, session, start, turnedAway] = await Promise.all([
    sendRaw(url, "/api/auth/check", { headers: { cookie } }),
    sendRaw(url, "/api/auth/session", { headers: { cookie } }),
    sendRaw(url, "/", { headers: { cookie, ...navigation } }),
    sendRaw(url, "/profile?tab=1", { headers: { cookie, ...navigation } }),
  ]);
  expect([check.status, session.status, start.status, turnedAway.status]).toEqual([
    401, 200, 200, 307,
  ]);
  expect(session.text).toBe("null");
  return { all: [check, session, start, turnedAway], turnedAway };
}

/** The session cookies that a response writes or removes. */
const changed = ({ headers }: RawResponse) =>
  (headers["set-cookie"] ?? [])
    .map((line) => line.split("=")[0] ?? "")
    .filter((each) => each.startsWith(name));

/** Broken session cookies: the cookies that the browser then has, by name. */
const broken: Makers = {
  "tampered with": ({ value }) => {
    const middle = Math.floor(value.length / 2);
    const other = value[middle] === "A" ? "B" : "A";
    return { [name]: value.slice(0, middle) + other + value.slice(middle + 1) };
  },
  "of another application with the same secret": async ({ secret }) => ({
    [name]: await encodeCookie({ sub: "k3v9t2m8qx1a", name: "Mallory" }, secret),
  }),
  "whole and in chunks at once": ({ value }) => ({
    [name]: value,
    [`${name}.0`]: value.slice(0, 900),
    [`${name}.1`]: value.slice(900),
  }),
  "short of a chunk": ({ value }) => ({
    [`${name}.1`]: value.slice(900),
    [`${name}.2`]: value.slice(1800),
  }),
  "no token at all": () => ({ [name]: "%00<script>" }),
  "without encryption": ({ token }) => {
    const part = (json: object) => Buffer.from(JSON.stringify(json)).toString("base64url");
    return { [name]: `${part({ alg: "none" })}.${part(token)}.` };
  },
};

test("a broken session cookie counts as signed out and is removed, and the page says so", async ({
  context,
  stage,
}) => {
  const good = await takeCookie(context, stage);
  for (const [what, make] of Object.entries(broken))
    await test.step(what, async () => {
      const bad = await make(good);
      const { turnedAway } = await requestAll(stage, bad);
      expect(turnedAway.headers.location).toBe(unreadable);
      expect(new Set(changed(turnedAway))).toEqual(new Set(Object.keys(bad)));
    });
  const page = await expectSignInMessage(
    await visit(context, unreadable),
    "Your session could not be read",
  );
  await expectNothingSecret(page, stage);
  const lines = () => stage.log().match(/"reason":".+"msg":"session cookie unreadable"/g) ?? [];
  await expect.poll(() => lines().length).toBeGreaterThanOrEqual(Object.keys(broken).length);
  expect(stage.log()).not.toContain(good.value.slice(100, 140));
});

/** Cookies of another app, or of this app before its secret or its store changed. */
const foreign: Makers = {
  "made with another secret, in chunks": async ({ token }) => {
    const value = await encodeCookie(token, "x".repeat(40));
    return { [`${name}.0`]: value.slice(0, 900), [`${name}.1`]: value.slice(900) };
  },
  "a row store's session token": () => ({ [name]: "k3v9t2m8qx1ak3v9t2m8qx1ak3v9t2m8qx1ak3v9t2m" }),
};

test("a session cookie of another app, secret or store counts as signed out and remains", async ({
  context,
  stage,
}) => {
  const good = await takeCookie(context, stage);
  for (const [what, make] of Object.entries(foreign))
    await test.step(what, async () => {
      const { all, turnedAway } = await requestAll(stage, await make(good));
      expect(turnedAway.headers.location).toBe(signedOut);
      expect(all.flatMap(changed)).toEqual([]);
    });
  const signIn = await visit(context, signedOut);
  expect(await signIn.text()).not.toMatch(/role="(alert|status)"/);
  // Logged once per process, and other tests use this process too.
  expect(stage.log().match(/another app, secret or store/g)?.length ?? 0).toBeLessThanOrEqual(1);
});

test("an expired session is not a broken one: it causes no message, and its cookie is removed", async ({
  context,
  stage,
}) => {
  const { token, secret } = await takeCookie(context, stage);
  const expired = await encodeCookie(token, secret, name, -10);
  const { turnedAway } = await requestAll(stage, { [name]: expired });
  expect(turnedAway.headers.location).toBe(signedOut);
  expect(changed(turnedAway)).toEqual([name]);
});

test("a visitor with a broken or a foreign session cookie can sign in at once", async ({
  context,
  stage,
}) => {
  const { token } = await takeCookie(context, stage);
  const value = await encodeCookie(token, "x".repeat(40));
  const left: Cookies[] = [
    { [name]: "broken", [`${name}.0`]: "broken", [`${name}.1`]: "broken" },
    { [`${name}.0`]: value.slice(0, 900), [`${name}.1`]: value.slice(900) },
  ];
  for (const cookies of left) {
    await stage.control.endSessions();
    await putCookies(context, stage.url, cookies);
    await signInByRequests(context, "alice");
    expect((await readSession(context, stage)).claims.username).toBe("alice");
    expect(await sessionCookies(context)).toHaveLength(1);
    expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
  }
});
