import {
  expect,
  expectSignInMessage,
  expectNothingSecret,
  signInByRequests,
  test,
  visit,
} from "./stage";
import {
  encodeCookie,
  putCookies,
  readSession,
  sessionCookies,
  sessionValue,
  writtenSessionCookies,
} from "./session-cookie";
import type { Session } from "@/lib/session/model/session";

const name = "authjs.session-token";

interface Good {
  value: string;
  token: Session;
  secret: string;
}

/** Broken session cookies: the cookies that the browser then has, by name. */
const broken: Record<
  string,
  (good: Good) => Promise<Record<string, string>> | Record<string, string>
> = {
  "tampered with": ({ value }) => {
    const middle = Math.floor(value.length / 2);
    const other = value[middle] === "A" ? "B" : "A";
    return { [name]: value.slice(0, middle) + other + value.slice(middle + 1) };
  },
  truncated: ({ value }) => ({ [name]: value.slice(0, value.length - 40) }),
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

for (const [what, make] of Object.entries(broken)) {
  test(`a session cookie that is ${what} counts as signed out, and the page shows an error`, async ({
    context,
    stage,
  }) => {
    await signInByRequests(context, "bob");
    const { secret } = stage;
    const good = {
      value: await sessionValue(context),
      token: await readSession(context, stage),
      secret,
    };
    const bad = await make(good);
    const restore = () => putCookies(context, stage.url, bad);

    await restore();
    expect((await context.request.get("/api/auth/check")).status()).toBe(401);
    await restore();
    expect(await (await context.request.get("/api/auth/session")).json()).toBeNull();
    await restore();
    expect((await visit(context, "/")).status()).toBe(200);

    await restore();
    const turnedAway = await visit(context, "/profile?tab=1", { maxRedirects: 0 });
    expect(turnedAway.status()).toBe(307);
    const removed = writtenSessionCookies(turnedAway).map((line) => line.split("=")[0]);
    expect(new Set(removed)).toEqual(new Set(Object.keys(bad)));
    expect(await sessionCookies(context)).toEqual([]);

    await restore();
    const response = await visit(context, "/profile?tab=1");
    const page = await expectSignInMessage(response, "Your session could not be read");
    expect(new URL(response.url()).searchParams.get("callbackUrl")).toBe("/profile?tab=1");
    await expectNothingSecret(page, stage);
    expect(stage.log()).toMatch(/"reason":".+"msg":"session cookie unreadable"/);
    expect(stage.log()).not.toContain(good.value.slice(100, 140));
  });
}

/** Cookies of another app, or of this app before its secret or its store changed. */
const foreign: Record<
  string,
  (good: Good) => Promise<Record<string, string>> | Record<string, string>
> = {
  "made with another secret": async ({ token }) => ({
    [name]: await encodeCookie(token, "x".repeat(40)),
  }),
  "made with another secret, in chunks": async ({ token }) => {
    const value = await encodeCookie(token, "x".repeat(40));
    return { [`${name}.0`]: value.slice(0, 900), [`${name}.1`]: value.slice(900) };
  },
  "made for a cookie of another name": async ({ token, secret }) => ({
    [name]: await encodeCookie(token, secret, "authjs.state"),
  }),
  "a row store's session token": () => ({ [name]: "k3v9t2m8qx1ak3v9t2m8qx1ak3v9t2m8qx1ak3v9t2m" }),
};

for (const [what, make] of Object.entries(foreign)) {
  test(`a session cookie that is ${what} counts as signed out, remains, and is replaced by a sign-in`, async ({
    context,
    stage,
  }) => {
    await signInByRequests(context, "bob");
    const { secret } = stage;
    const good = {
      value: await sessionValue(context),
      token: await readSession(context, stage),
      secret,
    };
    const other = await make(good);
    await putCookies(context, stage.url, other);

    expect((await context.request.get("/api/auth/check")).status()).toBe(401);
    expect((await visit(context, "/")).status()).toBe(200);
    const turnedAway = await visit(context, "/profile?tab=1", { maxRedirects: 0 });
    expect(turnedAway.headers().location).toMatch(/\/sign-in\?callbackUrl=%2Fprofile%3Ftab%3D1$/);
    const signIn = await visit(context, "/profile?tab=1");
    expect(await signIn.text()).not.toMatch(/role="(alert|status)"/);
    const remaining = await sessionCookies(context);
    expect(Object.fromEntries(remaining.map((cookie) => [cookie.name, cookie.value]))).toEqual(
      other,
    );

    await stage.control.endSessions();
    await signInByRequests(context, "alice");
    expect((await readSession(context, stage)).claims.username).toBe("alice");
    expect(await sessionCookies(context)).toHaveLength(1);
    // Logged once per process, and other tests use this process too.
    expect(stage.log().match(/another app, secret or store/g)?.length ?? 0).toBeLessThanOrEqual(1);
  });
}

test("an expired session is not a broken one: the sign-in page shows no alert", async ({
  context,
  stage,
}) => {
  await signInByRequests(context, "bob");
  const token = await readSession(context, stage);
  const { encode } = await import("next-auth/jwt");
  const expired = await encode({
    token: { ...token },
    secret: stage.secret,
    salt: name,
    maxAge: -10,
  });
  await putCookies(context, stage.url, { [name]: expired });
  const response = await visit(context, "/dashboard");
  expect(new URL(response.url()).pathname).toBe("/sign-in");
  expect(await response.text()).not.toMatch(/role="(alert|status)"/);
  expect(await sessionCookies(context)).toEqual([]);
});

test("a visitor with a broken session cookie can sign in at once", async ({ context, stage }) => {
  await putCookies(context, stage.url, {
    [name]: "broken",
    [`${name}.0`]: "broken",
    [`${name}.1`]: "broken",
  });
  await signInByRequests(context, "alice");
  expect((await readSession(context, stage)).claims.username).toBe("alice");
  expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
});
