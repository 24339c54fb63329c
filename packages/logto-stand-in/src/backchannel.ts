type Fetch = (url: string | URL | Request, init?: RequestInit) => Promise<Response>;

/**
 * Milliseconds. Under `next dev` an application compiles its route before it responds, and the
 * library's own timeout of 2.5 s would be too short.
 */
const timeout = 30_000;

/**
 * Returns the `fetch` that sends logout tokens to applications. The library's own `fetch` blocks
 * loopback addresses (a guard against server-side request forgery), but the stand-in talks to
 * loopback addresses only. So this function makes a new request.
 * @param onLogoutToken called for every logout token, before the application has responded.
 */
export function postToLoopback(onLogoutToken: (url: string, logoutToken: string) => void): Fetch {
  return async (url, { method, headers, body, redirect } = {}) => {
    const logoutToken = body instanceof URLSearchParams ? body.get("logout_token") : undefined;
    if (logoutToken) onLogoutToken(url instanceof Request ? url.url : String(url), logoutToken);
    return fetch(url, { method, headers, body, redirect, signal: AbortSignal.timeout(timeout) });
  };
}
