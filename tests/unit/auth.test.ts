import { beforeEach, expect, test, vi } from "vitest";
import { auth } from "@/auth";

const getSession = vi.hoisted(() => vi.fn(async () => null));
vi.mock("@/lib/session/lifecycle/current-session", () => ({ getSession }));

beforeEach(() => {
  getSession.mockClear();
});

test("auth returns the session of the current request", async () => {
  expect(await auth()).toBeNull();
  expect(getSession).toHaveBeenCalledTimes(1);
});

test("auth throws if JavaScript calls it with a handler or a request, and names the replacement", () => {
  for (const argument of [() => new Response(), new Request("http://localhost:3000/")])
    expect(() => {
      Reflect.apply(auth, undefined, [argument]);
    }).toThrow(/withSession\(handler\).*updateSession\(request/);
  expect(getSession).not.toHaveBeenCalled();
});
