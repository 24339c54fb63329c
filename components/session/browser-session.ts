"use client";

import { useSyncExternalStore } from "react";
import type { DisplayedUser } from "@/components/session/displayed-user";

/** What `/api/auth/session` says to this browser. */
export type BrowserSession = Record<string, unknown> | null;

let session: BrowserSession | undefined;
let abort = new AbortController();
const readers = new Set<() => void>();

function tell(news: BrowserSession | undefined): void {
  session = news;
  for (const reader of readers) reader();
}

/**
 * Asks until there is an answer. Only this route's own answers tell who is signed in: an outage, a
 * proxy's page or a request that was cut off tell nothing, so nothing is said, and the question is
 * asked again.
 *
 * @param pause until then, in milliseconds
 */
async function ask(signal: AbortSignal, pause = 1000): Promise<void> {
  const answer: unknown = await fetch("/api/auth/session", { signal })
    .then((response) => (response.ok ? response.json() : undefined))
    .catch(() => undefined);
  if (signal.aborted) return;
  if (answer === null || (isRecord(answer) && isRecord(answer.user))) return tell(answer);
  const again = setTimeout(() => void ask(signal, Math.min(2 * pause, 60_000)), pause);
  signal.addEventListener("abort", () => clearTimeout(again));
}

function begin(): void {
  abort = new AbortController();
  const { signal } = abort;
  void ask(signal);
  // Restored by the Back button, the page would still show who was signed in when it was left.
  const again = ({ persisted }: PageTransitionEvent) => {
    if (!persisted) return;
    tell(undefined);
    abort.abort();
    begin();
  };
  window.addEventListener("pageshow", again, { signal });
}

function subscribe(reader: () => void): () => void {
  readers.add(reader);
  if (readers.size === 1) begin();
  return () => {
    readers.delete(reader);
    if (readers.size > 0) return;
    abort.abort();
    session = undefined;
  };
}

/**
 * Who is signed in, on pages that are static. Asked once for all islands of a page, after it has
 * loaded.
 *
 * @returns null when nobody is; undefined while that is not known
 */
export const useBrowserSession = (): BrowserSession | undefined =>
  useSyncExternalStore(
    subscribe,
    () => session,
    () => undefined,
  );

/**
 * Classes of a link to sign in: it keeps its place, and is not seen until that it is right is
 * known. Without scripts it is right for everybody, since it takes signed-in people on.
 */
export const hiddenUntilKnown = (session: BrowserSession | undefined): string =>
  session === undefined ? "invisible noscript:visible" : "";

/** The user of a session, or null. Read by hand: zod would be most of these pages' script. */
export function userOf(session: BrowserSession): DisplayedUser | null {
  if (!isRecord(session?.user)) return null;
  const { name, username, email, image } = session.user;
  return { name: text(name), username: text(username), email: text(email), image: text(image) };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;
const text = (value: unknown) => (typeof value === "string" ? value : null);
