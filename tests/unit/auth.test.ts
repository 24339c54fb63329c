import { beforeEach, expect, test, vi } from "vitest";
import { auth } from "@/auth";

const getSession = vi.hoisted(() => vi.fn(async () => null));
vi.mock("@/lib/session/lifecycle/current-session", () => ({ getSession }));

beforeEach(() => {
  getSession.mockClear();
});

test("auth is the session of the current request", async () => {
  expect(await auth()).toBeNull();
  expect(getSession).toHaveBeenCalledTimes(1);
});

test("auth throws where JavaScript calls it with a handler or a request, and says what to use", () => {
  for (const given of [() => new Response(), new Request("http://localhost:3000/")])
    expect(() => {
      Reflect.apply(auth, undefined, [given]);
    }).toThrow(/withSession\(handler\).*updateSession\(request/);
  expect(getSession).not.toHaveBeenCalled();
});
