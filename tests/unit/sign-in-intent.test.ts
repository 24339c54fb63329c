import { expect, test, vi } from "vitest";
import { intentCookieFor, readIntent } from "@/lib/session/sign-in-intent";

const configuration = vi.hoisted(() => ({ secrets: ["s".repeat(40)], https: false }));
vi.mock("@/lib/env", () => ({
  env: () => ({ AUTH_SECRET: configuration.secrets }),
  isHttps: () => configuration.https,
}));

const intent = { kind: "link", userId: "user", sid: "session", browser: "b" } as const;
const authorization = (state: string) => new URL(`https://logto.test/oidc/auth?state=${state}`);
const cookie = () => intentCookieFor(intent, authorization("the-state"));

test("an intent comes back with the sign-in that it was for", async () => {
  expect(await readIntent((await cookie()).value, "the-state")).toMatchObject(intent);
});

test("another sign-in of the same browser has no intent", async () => {
  expect(await readIntent((await cookie()).value, "another-state")).toBeUndefined();
  expect(await readIntent((await cookie()).value, null)).toBeUndefined();
});

test.each(["", "garbage", "eyJhbGciOiJkaXIifQ..a.b.c"])("a cookie %j is no intent", async (value) => {
  expect(await readIntent(value, "the-state")).toBeUndefined();
});

test("an intent that another secret made is none", async () => {
  const { value } = await cookie();
  configuration.secrets = ["t".repeat(40)];
  expect(await readIntent(value, "the-state")).toBeUndefined();
  configuration.secrets = ["t".repeat(40), "s".repeat(40)];
  expect(await readIntent(value, "the-state")).toMatchObject(intent);
});

test("an intent is forgotten after a quarter of an hour", async () => {
  const { value, maxAge } = await cookie();
  expect(maxAge).toBe(900);
  vi.useFakeTimers({ now: Date.now() + 901_000 });
  expect(await readIntent(value, "the-state")).toBeUndefined();
  vi.useRealTimers();
});

test("the cookie goes to the callback alone and is out of reach of scripts", async () => {
  expect(await cookie()).toMatchObject({ path: "/api/auth/callback", httpOnly: true, sameSite: "lax" });
});
