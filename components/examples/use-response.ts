"use client";

import { useEffect, useState } from "react";

/** The response of a route handler, and for which user. */
export interface HandlerResponse {
  /** The HTTP status; 0 without a response. */
  status: number;
  body: unknown;
  /** Id of the user who was signed in when the request was sent, if known. */
  user: string | undefined;
}

/**
 * Fetches a JSON response from a route handler of this site.
 *
 * @param path the handler's path
 * @param user id of the signed-in user, if known; a change repeats the request
 * @returns the latest response, unless it was for another user, and a function that repeats the
 *   request
 */
export function useResponse(
  path: string,
  user: string | undefined,
): [response: HandlerResponse | undefined, refetch: () => void] {
  const [latest, setLatest] = useState<HandlerResponse>();
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    const abort = new AbortController();
    fetch(path, { signal: abort.signal })
      .then(async (response) =>
        setLatest({ status: response.status, body: await response.json(), user }),
      )
      .catch(() => {
        if (!abort.signal.aborted) setLatest({ status: 0, body: null, user });
      });
    return () => abort.abort();
  }, [path, user, attempt]);

  const isForUser = user === undefined || latest?.user === user;
  return [isForUser ? latest : undefined, () => setAttempt((count) => count + 1)];
}
