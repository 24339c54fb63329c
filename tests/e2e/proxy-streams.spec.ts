import { once } from "node:events";
import { readFileSync } from "node:fs";
import process from "node:process";
import { pipeline } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { createGunzip } from "node:zlib";
import { bytes, digestOf } from "./api-server";
import { expect, test as base } from "./proxied";
import { textOf } from "./raw-request";

const megabyte = 1024 * 1024;
const size = 100 * megabyte;

/** Transfers of 100 MB through the proxy. Each returns the digest of the data that arrived. */
const test = base.extend<{ upload: () => Promise<string>; download: () => Promise<string> }>({
  upload: async ({ send }, use) => {
    await use(async () => {
      const body = bytes(size);
      return textOf(await send("/api/proxy/upload", { method: "POST", body }));
    });
  },
  download: async ({ send }, use) => {
    await use(async () => digestOf(await send(`/api/proxy/download?size=${size}`)));
  },
});
test.use({ person: "alice" });

test("100 MB arrive complete, up and down", async ({ upload, download }) => {
  const digest = await digestOf(bytes(size));
  expect(JSON.parse(await upload())).toEqual({ digest });
  expect(await download()).toBe(digest);
});

/** Waits until a count has started to grow and stopped. @returns the count */
async function settled(count: () => number): Promise<number> {
  for (let before = 0; before === 0 || before !== count(); await wait(300)) before = count();
  return count();
}

test("an upload pauses while the API does not read it", async ({ send }) => {
  let sentBytes = 0;
  const counted = function* () {
    for (const part of bytes(size)) {
      sentBytes += part.length;
      yield part;
    }
  };
  const abortController = new AbortController();
  const { signal } = abortController;
  const options = { method: "PUT", body: counted(), signal };
  const sending = send("/api/proxy/unread", options).catch(() => undefined);
  // The sockets on the way buffer this much.
  expect((await settled(() => sentBytes)) / megabyte).toBeLessThan(30);
  abortController.abort();
  await sending;
});

test("an upload that the browser aborts is aborted at the API", async ({ api, send }) => {
  const abortController = new AbortController();
  const { signal } = abortController;
  const unfinished = async function* () {
    yield "the beginning";
    await once(signal, "abort");
  };
  const options = { method: "PUT", body: unfinished(), signal };
  const sending = send("/api/proxy/upload?broken=1", options).catch(() => undefined);
  await expect.poll(() => api.arrived.map(({ url }) => url)).toContain("/v1/upload?broken=1");
  abortController.abort();
  await sending;
  await expect.poll(() => api.abandoned).toContain("/v1/upload?broken=1");
});

test("a download pauses while the browser does not read it", async ({ api, send }) => {
  const download = await send(`/api/proxy/download?size=${size}`);
  expect((await settled(() => api.sentBytes)) / megabyte).toBeLessThan(30);
  download.destroy();
  await expect.poll(() => api.abandoned).toContain(`/v1/download?size=${size}`);
});

test("events arrive as the API sends them, until the client disconnects", async ({ api, send }) => {
  const response = await send("/api/proxy/events", { headers: { "accept-encoding": "gzip" } });
  // Next.js compresses the response, and must not wait for more of it.
  expect(response.headers["content-encoding"]).toBe("gzip");
  for await (const part of pipeline(response, createGunzip(), () => undefined)) {
    expect(String(part)).toBe("data: first\n\n");
    // Leaving the loop closes the connection.
    break;
  }
  await expect.poll(() => api.abandoned).toContain("/v1/events");
});

test("a part of a response is not compressed, being part of the plain one", async ({ send }) => {
  const part = await send("/api/proxy/encoded?as=identity&status=206", {
    headers: { "accept-encoding": "gzip" },
  });
  expect([part.statusCode, part.headers["content-encoding"]]).toEqual([206, undefined]);
  expect(await textOf(part)).toBe("in plain words");
});

test("a response that the API aborts does not look complete", async ({ send }) => {
  await expect(send("/api/proxy/cut").then(textOf)).rejects.toThrow("aborted");
});

/** The resident memory of a process, in megabytes. */
function residentMemory(pid = 0): number {
  const [, kilobytes] =
    /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1024;
}

for (const kind of ["down", "up"] as const) {
  test(`after a first transfer of 100 MB ${kind}, ten more take less than 50 MB of memory`, async ({
    app,
    upload,
    download,
  }) => {
    const isSkipped = process.env.STORM !== "full" || process.platform !== "linux";
    test.skip(isSkipped, "only in test:release, and only where there is /proc");
    const transfer = kind === "up" ? upload : download;
    await transfer();
    const before = residentMemory(app.pid);
    for (let count = 0; count < 10; count += 1) {
      await transfer();
      expect(residentMemory(app.pid) - before).toBeLessThan(50);
    }
  });
}
