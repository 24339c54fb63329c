"use client";

import { useSyncExternalStore } from "react";
import type { DisplayedUser } from "@/components/displayed-user";

/** What `/api/auth/session` says to this browser. */
export type BrowserSession = Record<string, unknown> | null;

let session: BrowserSession | undefined;
let abort = new AbortController();
const readers = new Set<() => void>();

function tell(news: BrowserSession | undefined): void {
  session = news;
  for (const reader of readers) reader();
}

async function ask({ signal }: AbortController): Promise<void> {
  try {
    const response = await fetch("/api/auth/session", { signal });
    // An outage tells nothing about who is signed in, so nothing is said.
    if (response.status >= 500) return;
    const body: unknown = await response.json();
    tell(isRecord(body) ? body : null);
  } catch {
    if (!signal.aborted) tell(null);
  }
}

function begin(): void {
  abort = new AbortController();
  void ask(abort);
  // Restored by the Back button, the page would still show who was signed in when it was left.
  const again = ({ persisted }: PageTransitionEvent) => {
    if (!persisted) return;
    tell(undefined);
    void ask(abort);
  };
  window.addEventListener("pageshow", again, { signal: abort.signal });
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
 * Who is signed in, on pages that are static. Asked once for all islands of a page, after it has loaded.
 *
 * @returns null when nobody is; undefined while that is not known
 */
export const useBrowserSession = (): BrowserSession | undefined =>
  useSyncExternalStore(
    subscribe,
    () => session,
    () => undefined,
  );

/** The user of a session, or null. Read by hand: zod would be most of these pages' script. */
export function userOf(session: BrowserSession): DisplayedUser | null {
  if (!isRecord(session?.user)) return null;
  const { name, username, email, image } = session.user;
  return { name: text(name), username: text(username), email: text(email), image: text(image) };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;
const text = (value: unknown) => (typeof value === "string" ? value : null);
