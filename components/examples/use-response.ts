"use client";

import { useEffect, useState } from "react";

/** What a handler answered. */
export interface Answer {
  /** The HTTP status; 0 when no answer came. */
  status: number;
  body: unknown;
  /** Who asked. */
  user: string | undefined;
}

/**
 * What a handler of ours answers.
 *
 * @param path its address
 * @param user id of who asks, where that is known: asked anew when it changes
 * @returns the newest answer, unless it was somebody else's; and what asks again
 */
export function useResponse(
  path: string,
  user: string | undefined,
): [answer: Answer | undefined, ask: () => void] {
  const [answer, setAnswer] = useState<Answer>();
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    const abort = new AbortController();
    fetch(path, { signal: abort.signal })
      .then(async (response) =>
        setAnswer({ status: response.status, body: await response.json(), user }),
      )
      .catch(() => {
        if (!abort.signal.aborted) setAnswer({ status: 0, body: null, user });
      });
    return () => abort.abort();
  }, [path, user, attempt]);

  const isTheirs = user === undefined || answer?.user === user;
  return [isTheirs ? answer : undefined, () => setAttempt((count) => count + 1)];
}
