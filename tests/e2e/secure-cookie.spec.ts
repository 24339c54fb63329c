import { z } from "zod";
import { appClient } from "../../dev/stand-in";
import { expect, test } from "./fixtures";
import { callbackOf } from "./requests";

test("on https, a __Host- cookie has the session for seven days", async ({ context, startOwn }) => {
  const origin = "https://app.example.test";
  const { app } = await startOwn({ AUTH_URL: origin }, { client: appClient(origin) });
  const jar = new Map<string, string>();
  const written: string[] = [];
  /** Stands for the proxy that terminates TLS, and for the browser's cookies. */
  const pass = async (path: string, form?: Record<string, string>) => {
    const response = await fetch(new URL(path, app.url), {
      ...(form && { method: "POST", body: new URLSearchParams(form) }),
      headers: {
        cookie: [...jar].map(([key, value]) => `${key}=${value}`).join("; "),
        accept: "text/html",
        "x-forwarded-proto": "https",
        "x-forwarded-host": "app.example.test",
      },
      redirect: "manual",
    });
    for (const line of response.headers.getSetCookie()) {
      written.push(line);
      const [, key = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(key, value);
    }
    return response;
  };
  const guarded = await pass("/dashboard");
  expect(new URL(guarded.headers.get("location") ?? "", origin).origin).toBe(origin);
  const { csrfToken } = z
    .object({ csrfToken: z.string() })
    .parse(await (await pass("/api/auth/csrf")).json());
  const leaving = await pass("/api/auth/signin/logto", { csrfToken, callbackUrl: "/profile" });
  const signInPage = await context.request.get(leaving.headers.get("location") ?? "");
  const { pathname, search } = await callbackOf(context, signInPage);
  const landed = await pass(pathname + search);
  expect(landed.headers.get("location")).toBe(`${origin}/profile`);
  expect((await pass("/profile")).status).toBe(200);

  const [cookie = "", ...more] = written.filter((line) => /session-token=./.test(line));
  expect(more).toEqual([]);
  expect(cookie).toMatch(/^__Host-authjs\.session-token=/);
  for (const attribute of [/; HttpOnly/i, /; SameSite=lax/i, /; Path=\/(;|$)/i])
    expect(cookie).toMatch(attribute);
  expect(cookie).not.toMatch(/Domain=/i);
  const expires = Date.parse(/; Expires=([^;]+)/i.exec(cookie)?.[1] ?? "");
  expect(expires - Date.now()).toBeGreaterThan(6.9 * 24 * 60 * 60 * 1000);
  expect(written.filter((line) => !/; Secure/i.test(line))).toEqual([]);
});
