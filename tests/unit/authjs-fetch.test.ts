import { beforeEach, expect, test, vi } from "vitest";
import { authjsFetch } from "@/lib/logto/authjs-fetch";

const issuer = "https://logto.test/oidc";
const forAuthjs = authjsFetch({ issuer, clientId: "app", clientSecret: "secret" }, []);
const exchange = () =>
  forAuthjs(`${issuer}/token`, { method: "POST", body: new URLSearchParams({ code: "code" }) });
const network = vi.spyOn(globalThis, "fetch");

beforeEach(() => {
  network.mockReset().mockResolvedValue(new Response("down", { status: 503 }));
});

test.each([
  ["is an error", () => Promise.resolve(new Response("down", { status: 503 }))],
  ["is lost", () => Promise.reject(new TypeError("fetch failed"))],
])("a code is sent once, also if the response %s", async (_, respond) => {
  network.mockImplementation(respond);
  await exchange().catch(() => undefined);
  expect(network).toHaveBeenCalledOnce();
});

test("a request of Auth.js times out after ten seconds", async () => {
  const timeout = vi.spyOn(AbortSignal, "timeout");
  await exchange();
  expect(timeout).toHaveBeenCalledExactlyOnceWith(10_000);
  expect(network.mock.calls[0]?.[1]?.signal).toBe(timeout.mock.results[0]?.value);
});
