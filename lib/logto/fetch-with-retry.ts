import { pause } from "@/lib/pause";

/** After how long without an answer a request is sent once more, in milliseconds. */
const retryAfter = 2_000;
/** Until when after the first time it is sent once more, in milliseconds. */
const lastRetry = 3_000;

/** How long a caller waits for Logto in all, discovery and keys included, in milliseconds. */
export const logtoTimeout = 10_000;

/** An answer got lost on the way: a status that may pass, or something that is not JSON. */
class LostResponse extends Error {
  override name = "LostAnswer";

  constructor(readonly response: Response) {
    super(`HTTP ${response.status}`);
  }
}

/**
 * A `fetch` for the requests to Logto that may be sent twice: with a refresh token to the token
 * endpoint, to userinfo, for discovery, keys and revocation. Never for the code exchange: a code
 * that is used twice revokes its grant.
 *
 * Without an answer after 2 s it sends the request once more and leaves the first one open. The
 * first answer wins, and the other request is aborted. Where an answer got lost (a dropped
 * connection, a 5xx, no JSON) it sends again at once. Never later than 3 s after the first time:
 * until then Logto accepts a refresh token that it has replaced, and after that it revokes the
 * grant (logto-facts "Refresh tokens").
 *
 * One case is lost: one of the two requests is stuck for more than 3 s while the other one passes.
 * Logto then gets to see a replaced token after its grace interval.
 *
 * @param deadline when to give up, in milliseconds since 1970
 * @returns the answer, with its body read
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
    () => end.abort(new DOMException("no answer in time", "TimeoutError")),
    Math.max(0, deadline - startedAt),
  );
  const send = () => fetchWhole(url, { ...options, signal: end.signal });
  try {
    const first = send();
    const isAnswered = first.then(
      () => true,
      () => false,
    );
    const isDone = await Promise.race([isAnswered, pause(retryAfter)]);
    return await (isDone || Date.now() - startedAt > lastRetry
      ? first
      : Promise.any([first, send()]));
  } catch (error) {
    if (end.signal.aborted) throw end.signal.reason;
    const last: unknown = error instanceof AggregateError ? error.errors.at(-1) : error;
    // The protocol's own library says best what is wrong with it.
    if (last instanceof LostResponse) return last.response;
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
  const isPassing = status >= 500 || status === 408 || status === 429;
  if (isPassing || (whole.ok && body && !isJson(body))) throw new LostResponse(whole);
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
 * Waits for something until a deadline, in milliseconds since 1970. What arrives later is not lost.
 * @throws a TimeoutError
 */
export async function withDeadline<T>(deadline: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new DOMException("no answer in time", "TimeoutError");
    timer = setTimeout(() => reject(error), Math.max(0, deadline - Date.now()));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
