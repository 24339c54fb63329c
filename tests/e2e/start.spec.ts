import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import process from "node:process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { decode, encode } from "next-auth/jwt";
import { z } from "zod";
import { variableNames } from "@/lib/env";
import { startLogto } from "../../packages/logto-stand-in/src/server";
import { appClient, appVariables } from "../../dev/stand-in";
import { freePort, startApp, startPair } from "./servers";
import {
  encodeCookie,
  readSession,
  putCookies,
  sessionValue,
  writtenSessionCookies,
} from "./session-cookie";
import { expect, signInByRequests, test, typePassword, visit } from "./stage";

const root = fileURLToPath(new URL("../..", import.meta.url));
const name = "authjs.session-token";

/** Runs `next start` with only these of our variables, until it exits by itself. */
async function startToEnd(variables: Record<string, string>) {
  const none = Object.fromEntries(variableNames.map((variable) => [variable, ""]));
  const child = spawn(
    process.execPath,
    ["node_modules/next/dist/bin/next", "start", "--port", String(await freePort())],
    {
      cwd: root,
      env: { ...process.env, VERCEL: "", ...none, ...variables, NODE_ENV: "production" },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 20_000,
    },
  );
  const ended = once(child, "exit").then(([code]) => z.number().nullable().parse(code));
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}

const complete = {
  ...appVariables("https://tenant.logto.example/oidc"),
  AUTH_SECRET: randomBytes(32).toString("base64"),
  AUTH_URL: "https://app.example",
};

const invalid: { what: string; variables: Record<string, string>; listed: RegExp[] }[] = [
  {
    what: "no variables at all",
    variables: {},
    listed: [
      /^ {2}AUTH_SECRET +is missing +e\.g\. openssl/m,
      /^ {2}AUTH_URL +is missing \(needed in production\) +e\.g\. https:\/\//m,
      /^ {2}AUTH_LOGTO_ID +is missing +e\.g\. /m,
      /^ {2}AUTH_LOGTO_SECRET +is missing +e\.g\. /m,
      /^ {2}AUTH_LOGTO_ISSUER +is missing +e\.g\. https:\/\/.*\/oidc$/m,
    ],
  },
  {
    what: "several invalid variables",
    variables: {
      ...complete,
      AUTH_SECRET: "hunter2",
      AUTH_URL: "hunter2",
      AUTH_LOGTO_ISSUER: "https://hunter2.logto.example",
      LOGTO_SCOPES: "profile",
      LOGTO_RESOURCES: "hunter2",
    },
    listed: [
      /^ {2}AUTH_SECRET +has fewer than 32 characters/m,
      /^ {2}AUTH_URL +is not an http\(s\) URL/m,
      /^ {2}AUTH_LOGTO_ISSUER +does not end in \/oidc/m,
      /^ {2}LOGTO_SCOPES +does not contain openid/m,
      /^ {2}LOGTO_RESOURCES +has an entry that is not a URI/m,
    ],
  },
];

for (const { what, variables, listed } of invalid) {
  test(`with ${what} the server exits with code 1 and a readable list`, async () => {
    const { code, stdout, stderr } = await startToEnd(variables);
    expect(code).toBe(1);
    expect(stderr).toContain("The configuration is not complete:");
    for (const line of listed) expect(stderr).toMatch(line);
    expect(stderr).toContain("npm run dev");
    expect(stderr.match(/^ {2}[A-Z_\d]+ {2}/gm)).toHaveLength(listed.length);
    const printed = stdout + stderr;
    expect(printed).not.toMatch(/^\s+at |Error:/m);
    expect(printed).not.toContain("hunter2");
    if (variables.AUTH_LOGTO_SECRET) expect(printed).not.toContain(variables.AUTH_LOGTO_SECRET);
  });
}

const newSecret = () => randomBytes(32).toString("hex");
const [newer, older, oldest] = [newSecret(), newSecret(), newSecret()];

test("a cookie made with an older secret is read, and rewritten with the newest", async ({
  context,
}) => {
  const { app, stop } = await startPair({
    AUTH_SECRET: oldest,
    AUTH_SECRET_1: older,
    AUTH_SECRET_2: newer,
  });
  try {
    await signInByRequests(context, "carol", { origin: app.url });
    const token = await readSession(context, { ...app, secret: newer });
    for (const secret of [older, oldest]) {
      await putCookies(context, app.url, { [name]: await encodeCookie(token, secret) });
      const response = await visit(context, `${app.url}/dashboard`, { maxRedirects: 0 });
      expect(response.status()).toBe(200);
      expect(writtenSessionCookies(response)).toHaveLength(1);
      expect(
        await decode({ token: await sessionValue(context), secret: newer, salt: name }),
      ).toMatchObject({
        sessionId: token.sessionId,
        version: token.version,
      });
    }
    const next = await visit(context, `${app.url}/dashboard`, { maxRedirects: 0 });
    expect(writtenSessionCookies(next)).toEqual([]);
  } finally {
    await stop();
  }
});

test("an https AUTH_URL gives the session a Secure cookie that no sibling domain can set", async ({
  context,
}) => {
  const origin = "https://app.example.test";
  const identity = await startLogto({ port: 0, control: true, clients: [appClient(origin)] });
  const app = await startApp({
    ...appVariables(identity.issuer),
    AUTH_SECRET: newer,
    AUTH_URL: origin,
  });
  // Stands for the proxy that terminates TLS in front of the app. Forwards requests with the
  // browser's cookies.
  const jar = new Map<string, string>();
  const written: string[] = [];
  const pass = async (path: string, form?: Record<string, string>) => {
    const cookie = [...jar].map(([key, value]) => `${key}=${value}`).join("; ");
    const response = await fetch(new URL(path, app.url), {
      method: form ? "POST" : "GET",
      ...(form ? { body: new URLSearchParams(form) } : {}),
      headers: {
        cookie,
        accept: "text/html",
        "x-forwarded-proto": "https",
        "x-forwarded-host": "app.example.test",
      },
      redirect: "manual",
    });
    for (const line of response.headers.getSetCookie()) {
      written.push(line);
      const [, key = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value) jar.set(key, value);
      else jar.delete(key);
    }
    return response;
  };
  try {
    const guarded = await pass("/dashboard");
    expect(new URL(guarded.headers.get("location") ?? "", origin).origin).toBe(origin);
    const { csrfToken } = z
      .object({ csrfToken: z.string() })
      .parse(await (await pass("/api/auth/csrf")).json());
    const leaving = await pass("/api/auth/signin/logto", { csrfToken, callbackUrl: "/profile" });
    const signInPage = await context.request.get(leaving.headers.get("location") ?? "");
    let back = await typePassword(context, signInPage, "carol", { maxRedirects: 0 });
    while (!back.headers().location?.startsWith(origin))
      back = await context.request.get(new URL(back.headers().location ?? "", back.url()).href, {
        maxRedirects: 0,
      });
    const callback = new URL(back.headers().location ?? "");
    const landed = await pass(callback.pathname + callback.search);
    expect(landed.headers.get("location")).toBe(`${origin}/profile`);

    const secureName = `__Host-${name}`;
    const value = jar.get(secureName) ?? "";
    const token = await decode({ token: value, secret: newer, salt: secureName });
    const aged = { ...token, version: 1, expiresAt: 0 };
    jar.set(secureName, await encode({ token: aged, secret: newer, salt: secureName }));
    expect((await pass("/profile")).status).toBe(200);
    const cookies = written.filter((line) => line.startsWith(secureName));
    expect(cookies).toHaveLength(2);
    for (const line of cookies) {
      expect(line).toMatch(/; Secure/i);
      expect(line).toMatch(/; HttpOnly/i);
      expect(line).toMatch(/; SameSite=lax/i);
      expect(line).toMatch(/; Path=\/(;|$)/i);
      expect(line).not.toMatch(/Domain=/i);
    }
    expect(written.filter((line) => !/; Secure/i.test(line))).toEqual([]);
  } finally {
    await app.stop();
    await identity.close();
  }
});
