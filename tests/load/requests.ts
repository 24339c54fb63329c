import type { APIResponse } from "@playwright/test";
import type { Client } from "./sessions";

/** Sends a request that needs a session. @returns a description of the failure, if any */
export type Kind = (client: Client) => Promise<string | undefined>;

/** A GET request whose response must be good. */
export const get = (
  path: string,
  isGood: (response: APIResponse) => boolean | Promise<boolean>,
): Kind => {
  return async (client) => {
    const response = await client.get(path, { maxRedirects: 0 });
    if (await isGood(response)) return undefined;
    const { location, "set-cookie": cookie } = response.headers();
    // The code in a page's alert.
    const [, reason] = /Reason: .{0,80}?>(\w+)</.exec(await response.text()) ?? [];
    return `${path}: ${[response.status(), reason, location, cookie?.slice(0, 40)].filter(Boolean).join(" ")}`;
  };
};

/** True for a page without an error. A page shows errors in an alert, with HTTP 200. */
export const isComplete = async (response: APIResponse): Promise<boolean> =>
  response.ok() && !(await response.text()).includes('role="alert"');

/**
 * Sends many requests at once, spread over the clients and over the kinds.
 *
 * @returns the failures; empty if every request had its session
 */
export async function failuresOf(
  clients: readonly Client[],
  requests: number,
  kinds: readonly Kind[],
): Promise<string[]> {
  const outcomes = await Promise.all(
    Array.from({ length: requests }, async (_, index) => {
      const client = clients[index % clients.length];
      const kind = kinds[Math.floor(index / clients.length) % kinds.length];
      return client && kind?.(client);
    }),
  );
  return outcomes.filter((outcome) => outcome !== undefined);
}
