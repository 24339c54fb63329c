import { describe, expect, test } from "vitest";
import { maxBodyBytes, isTooLarge } from "@/lib/server/body-limit";

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
  return {
    state,
    request: new Request("https://app.example/", { method: "POST", body, ...{ duplex: "half" } }),
  };
}

describe("a body with a length", () => {
  test.each([
    [maxBodyBytes, false],
    [maxBodyBytes + 1, true],
  ])(
    "of %d bytes is too large: %s, by its header, without reading it",
    async (length, expected) => {
      const headers = { "content-length": String(length) };
      const request = new Request("https://app.example/", {
        method: "POST",
        body: "text",
        headers,
      });
      expect(await isTooLarge(request)).toBe(expected);
      expect(await request.text()).toBe("text");
    },
  );
});

describe("a body in chunks", () => {
  test.each([0, 100, maxBodyBytes - 64 * 1024])("of %d bytes is not too large", async (size) => {
    expect(await isTooLarge(chunked(size).request)).toBe(false);
  });

  test("is too large at the size where Next.js may have truncated it", async () => {
    expect(await isTooLarge(chunked(maxBodyBytes - 64 * 1024 + 1).request)).toBe(true);
  });

  test("is cancelled once it is too large", async () => {
    const { request, state } = chunked(100 * maxBodyBytes);
    expect(await isTooLarge(request)).toBe(true);
    expect(state.isCancelled).toBe(true);
    expect(state.left).toBeGreaterThan(98 * maxBodyBytes);
  });

  test("whose sender disconnects does not block", async () => {
    const sender = new AbortController();
    const body = new ReadableStream<Uint8Array>();
    const { signal } = sender;
    const request = new Request("https://app.example/", {
      method: "POST",
      body,
      signal,
      ...{ duplex: "half" },
    });
    const result = isTooLarge(request);
    sender.abort();
    expect(await result.catch(() => false)).toBe(false);
  });
});

test("a request without a body is not too large", async () => {
  expect(await isTooLarge(new Request("https://app.example/"))).toBe(false);
});
