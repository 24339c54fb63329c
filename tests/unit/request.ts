import { AsyncLocalStorage } from "node:async_hooks";
import { writtenCookies } from "@/lib/session/cookie";
import { readSession } from "@/lib/session/read-session";
import type { SessionToken } from "@/lib/session/session-token";

/** A request that code under test finds itself in. */
export interface FakeRequest {
  /** What its browser holds: what it came with, and what was written since. */
  jar: Map<string, string>;
  headers: Headers;
  /** Next lets a page write no cookies. */
  isPage: boolean;
  run<T>(body: () => Promise<T>): Promise<T>;
  /** The session in the jar. */
  session(): Promise<SessionToken | undefined>;
}

const requests = new AsyncLocalStorage<FakeRequest>();

function current(): FakeRequest {
  const request = requests.getStore();
  if (!request) throw new Error("outside of a request");
  return request;
}

/**
 * A request for `vi.mock("next/headers", () => import("./request"))`.
 *
 * @param token the session in its cookie, if any
 */
export async function requestWith(
  token?: SessionToken,
  { isPage = false, headers = {} }: { isPage?: boolean; headers?: Record<string, string> } = {},
): Promise<FakeRequest> {
  const written = token ? await writtenCookies(token, []) : [];
  const jar = new Map(written.map(({ name, value }) => [name, value]));
  const request: FakeRequest = {
    jar,
    headers: new Headers(headers),
    isPage,
    run: (body) => requests.run(request, body),
    session: async () => {
      const read = await readSession(all(jar));
      return read.status === "read" ? read.token : undefined;
    },
  };
  return request;
}

const all = (jar: Map<string, string>) => [...jar].map(([name, value]) => ({ name, value }));

/** Stands for next/headers' own. */
export async function cookies() {
  const { jar, isPage } = current();
  return {
    getAll: () => all(jar),
    set: (name: string, value: string) => {
      if (isPage) throw new Error("Cookies can only be modified in a Server Action or Route Handler.");
      if (value) jar.set(name, value);
      else jar.delete(name);
    },
  };
}

/** Stands for next/headers' own. */
export async function headers(): Promise<Headers> {
  const { headers: own, jar } = current();
  const sent = new Headers(own);
  sent.set("cookie", [...jar].map(([name, value]) => `${name}=${value}`).join("; "));
  return sent;
}
