import http from "node:http";
import { z } from "zod";

/** The middle one of the values; 0 if there is none. */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Measures operations per second, for `ms` milliseconds, `parallel` at a time. */
export async function rate(
  operation: () => Promise<unknown>,
  ms: number,
  parallel = 1,
): Promise<number> {
  let count = 0;
  const startedAt = performance.now();
  const work = async () => {
    for (; performance.now() - startedAt < ms; count += 1) await operation();
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return (count * 1000) / (performance.now() - startedAt);
}

const usage = z.object({ user: z.number(), system: z.number() });
const parallel = 16;

/** Measures what requests cost a server. */
export interface Meter {
  /** @returns the status of the response */
  get(route: string): Promise<number | undefined>;
  /** Requests the route for two seconds, so that its code is compiled. */
  warmUp(route: string): Promise<void>;
  /** @returns the CPU time of one request, in microseconds, the mean of `count` requests */
  costOf(route: string, count?: number): Promise<number>;
  close(): void;
}

/**
 * Creates a meter. The app needs the route `bench/cpu` of `writeBenchPages`.
 *
 * @param url the app's origin
 * @param cookie the header of every request
 */
export function createMeter(url: string, cookie: string): Meter {
  const { hostname: host, port } = new URL(url);
  const agent = new http.Agent({ keepAlive: true, maxSockets: parallel });
  const get = (route: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const request = http.get(
        { host, port, path: route, agent, headers: { cookie } },
        (response) => {
          response.resume().on("end", () => resolve(response.statusCode));
        },
      );
      request.on("error", reject);
    });
  /** The server's CPU time so far, in microseconds. */
  const cpuTime = async () => {
    const { user, system } = usage.parse(await (await fetch(`${url}/bench/cpu`)).json());
    return user + system;
  };
  return {
    get,
    warmUp: async (route) => void (await rate(() => get(route), 2_000, parallel)),
    costOf: async (route, count = 600) => {
      const before = await cpuTime();
      let left = count;
      const work = async () => {
        while (left-- > 0) await get(route);
      };
      await Promise.all(Array.from({ length: parallel }, work));
      return ((await cpuTime()) - before) / count;
    },
    close: () => agent.destroy(),
  };
}
