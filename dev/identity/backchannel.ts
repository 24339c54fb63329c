type Fetch = (url: string | URL | Request, init?: RequestInit) => Promise<Response>;

/**
 * In milliseconds. Under `next dev` an application compiles its route before it answers; the
 * library waits 2.5 s.
 */
const patience = 30_000;

/**
 * Makes what sends logout tokens to applications. The library's own request refuses loopback
 * addresses (a guard against server-side request forgery), which are all that the stand-in ever
 * talks to: so it is made anew.
 * @param sent is told of every logout token, before it is known whether the application took it.
 */
export function postToLoopback(sent: (url: string, logoutToken: string) => void): Fetch {
  return async (url, { method, headers, body, redirect } = {}) => {
    const logoutToken = body instanceof URLSearchParams ? body.get("logout_token") : undefined;
    if (logoutToken) sent(url instanceof Request ? url.url : String(url), logoutToken);
    return fetch(url, { method, headers, body, redirect, signal: AbortSignal.timeout(patience) });
  };
}
