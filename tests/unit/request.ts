import { AsyncLocalStorage } from "node:async_hooks";
import { env } from "@/lib/env";
import type { Session } from "@/lib/session/model/session";
import { decodeSession, encodeSession } from "@/lib/session/stores/codec";
import { joinChunks, sessionCookieName, sessionCookies } from "@/lib/session/stores/cookie";

/** The request in which the code under test runs. */
export interface FakeRequest {
  /** The browser's cookies: those that the request sent, and later writes. */
  jar: Map<string, string>;
  headers: Headers;
  /** In a page Next.js does not allow code to set cookies. */
  isPage: boolean;
  run<T>(body: () => Promise<T>): Promise<T>;
  /** The session in the jar. Cookie store only. */
  session(): Promise<Session | null>;
}

const requests = new AsyncLocalStorage<FakeRequest>();

function current(): FakeRequest {
  const request = requests.getStore();
  if (!request) throw new Error("outside a request");
  return request;
}

export type Cookies = { name: string; value: string }[];

/** The request header that sends these cookies. */
export const cookieHeader = (cookies: Cookies) =>
  cookies.map(({ name, value }) => `${name}=${value}`).join("; ");

/** The cookies that hold a session in the cookie store. */
export async function cookiesOf(session: Session): Promise<Cookies> {
  const value = await encodeSession(session, env().AUTH_SECRET, sessionCookieName());
  return sessionCookies(value, session.exp, []).map(({ name, value }) => ({ name, value }));
}

/**
 * Creates a request for tests that import mock-request.ts.
 *
 * @param session in the request's cookies
 */
export async function requestWith(
  session?: Session,
  { isPage = false, headers = {} }: { isPage?: boolean; headers?: Record<string, string> } = {},
): Promise<FakeRequest> {
  const written = session ? await cookiesOf(session) : [];
  const jar = new Map(written.map(({ name, value }) => [name, value]));
  const request: FakeRequest = {
    jar,
    headers: new Headers(headers),
    isPage,
    run: (body) => requests.run(request, body),
    session: () =>
      decodeSession(joinChunks(all(jar)) ?? "", env().AUTH_SECRET, sessionCookieName()),
  };
  return request;
}

const all = (jar: Map<string, string>) => [...jar].map(([name, value]) => ({ name, value }));

/** Replaces `cookies` of next/headers. */
export async function cookies() {
  const { jar, isPage } = current();
  return {
    getAll: () => all(jar),
    set: (name: string, value: string) => {
      if (isPage)
        throw new Error("Cookies can only be modified in a Server Action or Route Handler.");
      if (value) jar.set(name, value);
      else jar.delete(name);
    },
  };
}

/** Replaces `headers` of next/headers. */
export async function headers(): Promise<Headers> {
  const { headers: own, jar } = current();
  const sent = new Headers(own);
  sent.set("cookie", cookieHeader(all(jar)));
  return sent;
}
