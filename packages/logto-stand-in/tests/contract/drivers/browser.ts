interface Cookie {
  name: string;
  value: string;
  path: string;
}

/** Where a chain of redirects ended: at an address that was not fetched, or at a response. */
export interface Landing {
  url: URL;
  response?: Response;
}

/**
 * The parts of a browser that a sign-in needs: cookies by host and path (RFC 6265 §5), and
 * redirects. It follows redirects itself, because fetch would drop the cookies that the hops set.
 */
export class Browser {
  readonly #cookies = new Map<string, Cookie[]>();

  async fetch(url: URL | string, init: RequestInit = {}): Promise<Response> {
    const address = new URL(url);
    const headers = new Headers(init.headers);
    const cookie = this.#cookieHeader(address);
    if (cookie) headers.set("cookie", cookie);
    const response = await fetch(address, { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) this.#store(address, line);
    return response;
  }

  /** Submits a form like a browser: application/x-www-form-urlencoded. */
  submit(url: URL | string, fields: Record<string, string>): Promise<Response> {
    return this.fetch(url, { method: "POST", body: new URLSearchParams(fields) });
  }

  /**
   * Fetches `url` and follows redirects up to a page, an error, or an address that begins with
   * `stopAt`, which it does not fetch.
   */
  async follow(url: URL | string, stopAt: string): Promise<Landing> {
    return this.followFrom(new URL(url), await this.fetch(url), stopAt);
  }

  /** Like `follow`, but starts with a response that was fetched already. */
  async followFrom(from: URL, first: Response, stopAt: string): Promise<Landing> {
    let url = from;
    let response = first;
    for (let hop = 0; hop < 20; hop++) {
      const location = response.headers.get("location");
      if (location === null) return { url, response };
      await response.body?.cancel();
      url = new URL(location, url);
      if (url.href.startsWith(stopAt)) return { url };
      response = await this.fetch(url);
    }
    throw new Error(`More than 20 redirects, the last one to ${url.href}`);
  }

  #store(from: URL, line: string): void {
    const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
    const equals = pair.indexOf("=");
    const attribute = (name: string) =>
      attributes.find((part) => part.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
    const cookie = {
      name: pair.slice(0, equals),
      value: pair.slice(equals + 1),
      path: attribute("path") ?? from.pathname.replace(/\/[^/]*$/, ""),
    };
    const maxAge = attribute("max-age");
    const expires = attribute("expires");
    const isExpired = maxAge
      ? Number(maxAge) <= 0
      : expires !== undefined && Date.parse(expires) <= Date.now();

    const others = (this.#cookies.get(from.host) ?? []).filter(
      ({ name, path }) => name !== cookie.name || path !== cookie.path,
    );
    this.#cookies.set(from.host, isExpired ? others : [...others, cookie]);
  }

  #cookieHeader({ host, pathname }: URL): string {
    return (this.#cookies.get(host) ?? [])
      .filter(({ path }) => `${pathname}/`.startsWith(path.endsWith("/") ? path : `${path}/`))
      .map(({ name, value }) => `${name}=${value}`)
      .join("; ");
  }
}
