import { once } from "node:events";
import { readFileSync } from "node:fs";
import process from "node:process";
import { Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { bytes, digestOf } from "./api-server";
import { expect, test as base, textOf } from "./proxied";

const megabyte = 1024 * 1024;
const size = 100 * megabyte;

interface Transfers {
  upload: () => Promise<string>;
  download: () => Promise<string>;
}

/** 100 MB through the proxy; each gives the digest of what arrived. */
const test = base.extend<Transfers>({
  upload: async ({ send }, use) => {
    await use(async () => {
      const body = Readable.from(bytes(size));
      return textOf(await send("/api/proxy/upload", { method: "POST", body }));
    });
  },
  download: async ({ send }, use) => {
    await use(async () => digestOf(await send(`/api/proxy/download?size=${size}`)));
  },
});

test("100 MB pass whole, up and down", { tag: "@jwt" }, async ({ upload, download }) => {
  const digest = await digestOf(bytes(size));
  expect(JSON.parse(await upload())).toEqual({ digest });
  expect(await download()).toBe(digest);
});

/** Waits until a number that has begun to grow does so no more. */
async function settled(count: () => number): Promise<number> {
  for (let before = 0; before === 0 || before !== count(); await wait(300)) before = count();
  return count();
}

test(
  "a body of no known length arrives whole with every method",
  { tag: "@jwt" },
  async ({ api, send }) => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      const headers = { "transfer-encoding": "chunked" };
      const answer = await send("/api/proxy/items", {
        method,
        headers,
        body: Readable.from(["two ", "parts"]),
      });
      expect([method, answer.statusCode]).toEqual([method, 200]);
      answer.resume();
      expect(api.arrived.at(-1)).toMatchObject({ method, headers, body: "two parts" });
    }
  },
);

test("an upload waits for an API that does not read it", { tag: "@jwt" }, async ({ send }) => {
  let given = 0;
  const counted = function* () {
    for (const part of bytes(size)) {
      given += part.length;
      yield part;
    }
  };
  const leaving = new AbortController();
  const { signal } = leaving;
  const options = { method: "PUT", body: Readable.from(counted()), signal };
  const sending = send("/api/proxy/unread", options).catch(() => undefined);
  // What the sockets between them hold.
  expect((await settled(() => given)) / megabyte).toBeLessThan(30);
  leaving.abort();
  await sending;
});

test(
  "an upload that the browser breaks off is broken off at the API",
  { tag: "@jwt" },
  async ({ api, send }) => {
    const leaving = new AbortController();
    const begun = async function* () {
      yield "the beginning";
      await once(leaving.signal, "abort");
    };
    const options = { method: "PUT", body: Readable.from(begun()), signal: leaving.signal };
    const sending = send("/api/proxy/upload?broken=1", options).catch(() => undefined);
    await expect.poll(() => api.arrived.map(({ url }) => url)).toContain("/v1/upload?broken=1");
    leaving.abort();
    await sending;
    await expect.poll(() => api.abandoned).toContain("/v1/upload?broken=1");
  },
);

test(
  "a download waits for a browser that does not read it",
  { tag: "@jwt" },
  async ({ api, send }) => {
    const answer = await send(`/api/proxy/download?size=${size}`);
    expect((await settled(() => api.sentBytes)) / megabyte).toBeLessThan(30);
    answer.destroy();
    await expect.poll(() => api.abandoned).toContain(`/v1/download?size=${size}`);
  },
);

test(
  "what the API says arrives while it goes on, and ends with whoever listened",
  { tag: "@jwt" },
  async ({ api, send }) => {
    const answer = await send("/api/proxy/events", { headers: { "accept-encoding": "gzip" } });
    for await (const part of answer) {
      expect(String(part)).toBe("data: first\n\n");
      // Which closes the connection.
      break;
    }
    await expect.poll(() => api.abandoned).toContain("/v1/events");
  },
);

test("what the API breaks off does not look whole", { tag: "@jwt" }, async ({ send }) => {
  await expect(send("/api/proxy/cut").then(textOf)).rejects.toThrow("aborted");
});

/** The memory that a process holds, in megabytes. */
function residentMemory(pid = 0): number {
  const [, kilobytes] =
    /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1024;
}

for (const kind of ["down", "up"] as const) {
  test(
    `after a first transfer of 100 MB ${kind}, ten more take less than 50 MB of memory`,
    { tag: "@jwt" },
    async ({ app, upload, download }) => {
      const isOut = process.env.STORM !== "full" || process.platform !== "linux";
      test.skip(isOut, "in test:release, and where there is /proc");
      const transfer = kind === "up" ? upload : download;
      await transfer();
      const before = residentMemory(app.pid);
      for (let count = 0; count < 10; count += 1) {
        await transfer();
        expect(residentMemory(app.pid) - before).toBeLessThan(50);
      }
    },
  );
}
