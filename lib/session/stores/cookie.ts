import { env, isHttps } from "@/lib/env";

/** A cookie in the form that `cookies().set` of Next.js takes. */
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
 * Browsers drop a cookie above 4,096 bytes of name, value and attributes. Auth.js uses this size
 * too.
 */
const chunkSize = 4096 - 160;

/**
 * The session cookie's name, which is also the salt of its encryption key. With `__Host-` no
 * sibling domain can set the cookie. With `__Secure-` the cookie can't be set over http, but
 * sibling domains share it, which AUTH_COOKIE_DOMAIN is for.
 */
export function sessionCookieName(): string {
  if (!isHttps()) return "authjs.session-token";
  return `${env().AUTH_COOKIE_DOMAIN ? "__Secure-" : "__Host-"}authjs.session-token`;
}

/**
 * Whether a name is that of the session cookie or of one of its chunks. At most ten chunks: twice
 * what Node.js accepts in the headers of a request. Removing hundreds of cookies that a request
 * names would take a second of CPU time.
 */
export function isSessionCookie(name: string): boolean {
  const base = sessionCookieName();
  return name.startsWith(base) && /^(?:\.\d)?$/.test(name.slice(base.length));
}

/**
 * The value of the session cookie, joined from its chunks; "" if chunks are missing; undefined
 * without a cookie.
 */
export function joinChunks(
  cookies: readonly { name: string; value: string }[],
): string | undefined {
  const base = sessionCookieName();
  // A cookie that middleware removed is empty in the page of the same request.
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
 * The cookies for a value, and the removal of the other session cookies of the request.
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
  return [...written, ...cookieRemovals(leftover)];
}

/** The removal of all session cookies of a request. */
export function cookieRemovals(names: readonly string[]): SessionCookie[] {
  return names.filter(isSessionCookie).map((name) => cookie(name, "", new Date(0)));
}

/**
 * Replaces cookies in the headers of a request. The others stay exactly as the browser sent them:
 * parsing and writing them again would drop malformed ones and join those with the same name.
 *
 * @param isReplaced tells by the name which cookies to remove
 * @param cookies the new ones; empty ones are left out
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

/** The `domain` option of the session cookie, if AUTH_COOKIE_DOMAIN is set. */
export const domainOption = (): { domain?: string } => {
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
  return { name, value, options: { ...options, ...domainOption() } };
}
