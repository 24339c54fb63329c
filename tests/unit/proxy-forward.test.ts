import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import { forward } from "@/lib/api-proxy/forward";
import { startApi } from "../e2e/api-server";

vi.mock("@/lib/log", () => import("./mocks"));

const api = await startApi();
afterAll(() => api.close());

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));

afterEach(() => void vi.useRealTimers());

const getAccessToken = vi.fn(async () => "token");

const send = (path: string, init?: RequestInit, apiUrl = api.url) =>
  forward(new Request(`https://app.example/api/proxy/${path}`, init), {
    apiUrl,
    proxyPath: "/api/proxy",
    getAccessToken,
  });

/** Waits until the API has received a request. */
const arrival = (url: string) =>
  vi.waitUntil(() => api.arrived.find((each) => each.url === url), { interval: 5 });
/** Waits until the API has noticed that a request was cancelled. */
const cancellation = (url: string) =>
  vi.waitUntil(() => api.abandoned.includes(url), { interval: 5 });

test("an API that does not respond within 30 seconds is a 504", async () => {
  const pending = send("unread?504");
  await arrival("/v1/unread?504");
  vi.advanceTimersByTime(29_000);
  expect(await Promise.race([pending, Promise.resolve("waits")])).toBe("waits");
  vi.advanceTimersByTime(1_000);
  const response = await pending;
  expect(response.status).toBe(504);
  expect(await response.json()).toEqual({
    error: "api_timeout",
    message: "The API does not respond. Try again in a moment.",
  });
  await cancellation("/v1/unread?504");
});

test("an upload may take longer than 30 seconds while it makes progress", async () => {
  let parts = 5;
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    vi.advanceTimersByTime(12_000);
    parts -= 1;
    if (parts < 0) controller.close();
    else controller.enqueue(Buffer.from("part "));
  };
  const body = new ReadableStream<Uint8Array>({ pull }, { highWaterMark: 0 });
  const headers = { "content-length": "25" };
  const response = await send("slow", { method: "POST", headers, body, ...{ duplex: "half" } });
  expect(response.status).toBe(200);
  expect((await arrival("/v1/slow")).body).toBe("part ".repeat(5));
});

test("a response that has begun may take any time", async () => {
  const response = await send("events");
  vi.advanceTimersByTime(3_600_000);
  const first = await response.body?.getReader().read();
  expect(Buffer.from(first?.value ?? []).toString()).toBe("data: first\n\n");
});

test("an API that is down is a 502 that does not reveal its address", async () => {
  const gone = await startApi();
  await gone.close();
  const response = await send("items", undefined, gone.url);
  expect(response.status).toBe(502);
  expect(await response.json()).toEqual({
    error: "api_unavailable",
    message: "The API can't be reached. Try again in a moment.",
  });
});

test("a request is not retried once its response has begun", async () => {
  vi.useRealTimers();
  // Leaves a keep-alive connection open: only requests over such a connection are retried.
  await (await send("items")).text();
  const response = await send("torn");
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow();
  await (await send("items?after")).text();
  expect(api.arrived.filter(({ url }) => url === "/v1/torn")).toHaveLength(1);
});

test("a client that disconnects cancels the request to the API", async () => {
  const leaving = new AbortController();
  const pending = send("unread?left", { signal: leaving.signal });
  await arrival("/v1/unread?left");
  leaving.abort();
  await pending;
  await cancellation("/v1/unread?left");
});

test("the API gets the token, and of the browser's headers only those that concern it", async () => {
  const passed = {
    accept: "application/json",
    "accept-language": "ko",
    "idempotency-key": "7",
    range: "bytes=0-9",
  };
  const dropped = {
    cookie: "authjs.session-token=x",
    origin: "https://app.example",
    referer: "https://app.example/",
    "sec-fetch-site": "same-origin",
    "x-api-key": "secret",
    "x-forwarded-for": "::1",
    "x-http-method-override": "DELETE",
  };
  await send("items?headers", { headers: { ...passed, ...dropped, authorization: "Basic x" } });
  const { headers } = await arrival("/v1/items?headers");
  expect(headers).toMatchObject({ ...passed, authorization: "Bearer token" });
  for (const name of Object.keys(dropped)) expect(headers).not.toHaveProperty(name);
});

test("no token is requested when there is nothing to forward", async () => {
  getAccessToken.mockClear();
  expect((await send("..%2fadmin")).status).toBe(400);
  expect(getAccessToken).not.toHaveBeenCalled();
});

test("errors of getAccessToken are passed to the caller", async () => {
  getAccessToken.mockRejectedValueOnce(new Error("no session"));
  await expect(send("items")).rejects.toThrow("no session");
});
