import { pause } from "@/lib/pause";

/** A request without a response is sent a second time after this delay, in milliseconds. */
const secondRequestAfter = 2_000;
/** The second request is sent no later than this after the first one, in milliseconds. */
const lastRetry = 3_000;

/** How long a caller waits for Logto in total, including discovery and keys, in milliseconds. */
export const logtoTimeout = 10_000;

/** A response to request again: status 5xx, 408 or 429, or a body that is not JSON. */
class UnusableResponse extends Error {
  override name = "UnusableResponse";

  constructor(readonly response: Response) {
    super(`HTTP ${response.status}`);
  }
}

/**
 * A `fetch` for requests to Logto that may be sent twice: refresh token grants, userinfo,
 * discovery, keys and revocation. Never use it for the code exchange: using a code twice revokes
 * its grant.
 *
 * Without a response after 2 s it sends the request a second time and leaves the first one open.
 * The first response wins, and the other request is aborted. If a response got lost (a dropped
 * connection, a 5xx, no JSON) it sends the request again at once. It never does so later than 3 s
 * after the first request: until then Logto accepts a replaced refresh token, and after that it
 * revokes the grant (logto-facts "Refresh tokens").
 *
 * One case cannot be handled: one of the two requests is stuck for more than 3 s while the other
 * one succeeds. Logto then receives a replaced token after its grace interval.
 *
 * @param deadline when to give up, in milliseconds since 1970
 * @returns the response, with its body read
 * @throws the error of the last request; a TimeoutError after the deadline
 */
export async function fetchWithRetry(
  url: string,
  options: RequestInit,
  deadline = Date.now() + logtoTimeout,
): Promise<Response> {
  const end = new AbortController();
  const startedAt = Date.now();
  const timer = setTimeout(
    () => end.abort(new DOMException("no response in time", "TimeoutError")),
    Math.max(0, deadline - startedAt),
  );
  const send = () => fetchWhole(url, { ...options, signal: end.signal });
  try {
    const first = send();
    const isSettled = first.then(
      () => true,
      () => false,
    );
    const isDone = await Promise.race([isSettled, pause(secondRequestAfter)]);
    return await (isDone || Date.now() - startedAt > lastRetry
      ? first
      : Promise.any([first, send()]));
  } catch (error) {
    if (end.signal.aborted) throw end.signal.reason;
    const last: unknown = error instanceof AggregateError ? error.errors.at(-1) : error;
    // openid-client describes best what is wrong with the response.
    if (last instanceof UnusableResponse) return last.response;
    throw last;
  } finally {
    clearTimeout(timer);
    end.abort();
  }
}

async function fetchWhole(url: string, options: RequestInit): Promise<Response> {
  const response = await fetch(url, options);
  const { status, statusText, headers } = response;
  const body = await response.text();
  const whole = new Response(body || null, { status, statusText, headers });
  const isTemporary = status >= 500 || status === 408 || status === 429;
  if (isTemporary || (whole.ok && body && !isJson(body))) throw new UnusableResponse(whole);
  return whole;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Waits for a promise until a deadline, in milliseconds since 1970. The promise continues after
 * that, so a late result is not lost.
 *
 * @throws a TimeoutError
 */
export async function withDeadline<T>(deadline: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new DOMException("no response in time", "TimeoutError");
    timer = setTimeout(() => reject(error), Math.max(0, deadline - Date.now()));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
