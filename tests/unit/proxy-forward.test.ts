import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { forward } from "@/lib/api-proxy/forward";
import { startApi, type ApiServer } from "../e2e/api-server";

vi.mock("@/lib/log", () => ({ log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() } }));

let api: ApiServer;

beforeAll(async () => {
  api = await startApi();
});

afterAll(() => api.close());

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});

afterEach(() => {
  vi.useRealTimers();
});

const getAccessToken = vi.fn(async () => "token");

const send = (path: string, init?: RequestInit, apiUrl = api.url) =>
  forward(new Request(`https://app.example/api/proxy/${path}`, init), {
    apiUrl,
    proxyPath: "/api/proxy",
    getAccessToken,
  });

/** The request has arrived, and waits. */
const arrived = (url: string) =>
  vi.waitUntil(() => api.arrived.find((each) => each.url === url), { interval: 5 });

test("an API that says nothing for 30 seconds is a 504", async () => {
  const answering = send("unread?504");
  await arrived("/v1/unread?504");
  vi.advanceTimersByTime(29_000);
  expect(await Promise.race([answering, Promise.resolve("waits")])).toBe("waits");
  vi.advanceTimersByTime(1_000);
  const answer = await answering;
  expect(answer.status).toBe(504);
  expect(await answer.json()).toEqual({
    error: "api_timeout",
    message: "The API does not respond. Try again in a moment.",
  });
  await vi.waitUntil(() => api.abandoned.includes("/v1/unread?504"), { interval: 5 });
});

test("an upload may take longer than that, as long as it goes on", async () => {
  let parts = 5;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        vi.advanceTimersByTime(12_000);
        parts -= 1;
        if (parts < 0) controller.close();
        else controller.enqueue(Buffer.from("part "));
      },
    },
    { highWaterMark: 0 },
  );
  const headers = { "content-length": "25" };
  const answer = await send("slow", { method: "POST", headers, body, ...{ duplex: "half" } });
  expect(answer.status).toBe(200);
  expect((await arrived("/v1/slow")).body).toBe("part ".repeat(5));
});

test("once it has begun to answer, the API may take its time", async () => {
  const answer = await send("events");
  vi.advanceTimersByTime(3_600_000);
  const first = await answer.body?.getReader().read();
  expect(Buffer.from(first?.value ?? []).toString()).toBe("data: first\n\n");
});

test("an API that is down is a 502 that does not say where it is", async () => {
  const gone = await startApi();
  await gone.close();
  const answer = await send("items", undefined, gone.url);
  expect(answer.status).toBe(502);
  expect(await answer.json()).toEqual({
    error: "api_unavailable",
    message: "The API can't be reached. Try again in a moment.",
  });
});

test("what has begun to be answered is not asked again", async () => {
  vi.useRealTimers();
  // Over a connection that is kept, which is the one kind that is tried again.
  await (await send("items")).text();
  const answer = await send("torn");
  expect(answer.status).toBe(200);
  await expect(answer.text()).rejects.toThrow();
  await (await send("items?after")).text();
  expect(api.arrived.filter(({ url }) => url === "/v1/torn")).toHaveLength(1);
});

test("whoever goes away takes the request along", async () => {
  const leaving = new AbortController();
  const answering = send("unread?left", { signal: leaving.signal });
  await arrived("/v1/unread?left");
  leaving.abort();
  await answering;
  await vi.waitUntil(() => api.abandoned.includes("/v1/unread?left"), { interval: 5 });
});

test("no token is asked for where there is nothing to forward", async () => {
  getAccessToken.mockClear();
  expect((await send("..%2fadmin")).status).toBe(400);
  expect(getAccessToken).not.toHaveBeenCalled();
});

test("what getting the token throws is for the caller to answer", async () => {
  getAccessToken.mockRejectedValueOnce(new Error("no session"));
  await expect(send("items")).rejects.toThrow("no session");
});
