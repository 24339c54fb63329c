import { env, isHttps } from "@/lib/env";

/** A cookie as Next's `cookies.set` takes it. */
export interface SessionCookie {
  name: string;
  value: string;
  options: {
    httpOnly: true;
    sameSite: "lax";
    path: "/";
    secure: boolean;
    domain?: string;
    expires: Date;
  };
}

/**
 * Browsers drop a cookie of more than 4,096 bytes in name, value and attributes; the value gets
 * what Auth.js gives it.
 */
const chunkSize = 4096 - 160;

/**
 * The session cookie's name, which is also the salt of its key. `__Host-` keeps it from being set
 * by a sibling domain; `__Secure-` from being set on http, where it is shared with siblings on
 * purpose (AUTH_COOKIE_DOMAIN).
 */
export function sessionCookieName(): string {
  if (!isHttps()) return "authjs.session-token";
  return `${env().AUTH_COOKIE_DOMAIN ? "__Secure-" : "__Host-"}authjs.session-token`;
}

/**
 * Whether a cookie is the session cookie or one of its chunks: ten at most, twice what Node.js
 * accepts of a request's headers. To remove the hundreds that a request could bring would take a
 * server a second.
 */
export function isSessionCookie(name: string): boolean {
  const base = sessionCookieName();
  return name.startsWith(base) && /^(?:\.\d)?$/.test(name.slice(base.length));
}

/**
 * The value of a session cookie and its chunks; "" when they don't fit together; undefined when
 * there is none.
 */
export function joinChunks(
  cookies: readonly { name: string; value: string }[],
): string | undefined {
  const base = sessionCookieName();
  // What middleware removes, the page of the same request still sees, empty.
  const found = new Map(
    cookies
      .filter(({ name, value }) => value && isSessionCookie(name))
      .map(({ name, value }) => [name, value]),
  );
  if (found.size === 0) return undefined;
  const whole = found.get(base);
  if (whole !== undefined) return found.size === 1 ? whole : "";
  const chunks = Array.from({ length: found.size }, (_, index) =>
    found.get(`${base}.${String(index)}`),
  );
  return chunks.every((chunk) => chunk !== undefined) ? chunks.join("") : "";
}

/**
 * The cookies that hold a value, and the removal of those that the request had beyond them.
 *
 * @param exp when the browser drops them, in seconds since 1970
 * @param names of all cookies of the request
 */
export function sessionCookies(
  value: string,
  exp: number,
  names: readonly string[],
): SessionCookie[] {
  const base = sessionCookieName();
  const count = Math.ceil(value.length / chunkSize);
  const written = Array.from({ length: count }, (_, index) =>
    cookie(
      count === 1 ? base : `${base}.${String(index)}`,
      value.slice(index * chunkSize, (index + 1) * chunkSize),
      new Date(exp * 1000),
    ),
  );
  const leftover = names.filter((name) => !written.some((each) => each.name === name));
  return [...written, ...expiredCookies(leftover)];
}

/** The removal of the session cookies among those that the request had. */
export function expiredCookies(names: readonly string[]): SessionCookie[] {
  return names.filter(isSessionCookie).map((name) => cookie(name, "", new Date(0)));
}

/**
 * The headers of a request with some of its cookies replaced. All others stay as the browser sent
 * them: to parse and write them anew would drop those that are malformed, and join those of the
 * same name.
 *
 * @param isReplaced tells by its name which cookie goes
 * @param cookies what comes instead; empty ones are left out
 */
export function replaceCookies(
  headers: Headers,
  isReplaced: (name: string) => boolean,
  cookies: readonly { name: string; value: string }[] = [],
): Headers {
  const others = (headers.get("cookie") ?? "")
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair && !isReplaced(pair.split("=", 1)[0]?.trim() ?? ""));
  const added = cookies.filter(({ value }) => value).map(({ name, value }) => `${name}=${value}`);
  const replaced = new Headers(headers);
  replaced.set("cookie", [...others, ...added].join("; "));
  return replaced;
}

/** What Auth.js adds to its own options for the session cookie. */
export const cookieDomain = (): { domain?: string } => {
  const { AUTH_COOKIE_DOMAIN: domain } = env();
  return domain ? { domain } : {};
};

function cookie(name: string, value: string, expires: Date): SessionCookie {
  const options = {
    httpOnly: true,
    sameSite: "lax",
    path: "/",
    secure: isHttps(),
    expires,
  } as const;
  return { name, value, options: { ...options, ...cookieDomain() } };
}
