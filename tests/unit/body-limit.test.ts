import { describe, expect, test } from "vitest";
import { maxBodyBytes, isTooLarge } from "@/lib/server/body-limit";

const post = (init: RequestInit) =>
  new Request("https://app.example/", { method: "POST", ...init, ...{ duplex: "half" } });

/**
 * A request whose body has no length, and arrives in chunks of up to 1 MB.
 *
 * @param size in bytes
 */
function chunked(size: number) {
  const state = { left: size, isCancelled: false };
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = new Uint8Array(Math.min(state.left, 1024 * 1024));
      state.left -= chunk.length;
      if (chunk.length > 0) controller.enqueue(chunk);
      else controller.close();
    },
    cancel() {
      state.isCancelled = true;
    },
  });
  return { state, request: post({ body }) };
}

test.each([
  [maxBodyBytes, false],
  [maxBodyBytes + 1, true],
])(
  "a body of %d bytes is too large: %s, by its header, without reading it",
  async (length, expected) => {
    const request = post({ body: "text", headers: { "content-length": String(length) } });
    expect(await isTooLarge(request)).toBe(expected);
    expect(await request.text()).toBe("text");
  },
);

describe("a body in chunks", () => {
  const limit = maxBodyBytes - 64 * 1024;
  test.each([
    [0, false],
    [limit, false],
    [limit + 1, true],
  ])("of %d bytes may be one that Next.js has truncated: %s", async (size, expected) => {
    expect(await isTooLarge(chunked(size).request)).toBe(expected);
  });

  test("is cancelled once it is too large", async () => {
    const { request, state } = chunked(100 * maxBodyBytes);
    expect(await isTooLarge(request)).toBe(true);
    expect(state.isCancelled).toBe(true);
    expect(state.left).toBeGreaterThan(98 * maxBodyBytes);
  });

  test("whose sender disconnects does not block", async () => {
    const sender = new AbortController();
    const { signal } = sender;
    const result = isTooLarge(post({ body: new ReadableStream<Uint8Array>(), signal }));
    sender.abort();
    expect(await result.catch(() => false)).toBe(false);
  });
});

test("a request without a body is not too large", async () => {
  expect(await isTooLarge(new Request("https://app.example/"))).toBe(false);
});
