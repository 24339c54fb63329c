"use client";

import { useSyncExternalStore } from "react";
import type { DisplayedUser } from "@/components/session/displayed-user";

/** The body of `/api/auth/session`: the session's public part, or null without a session. */
export type BrowserSession = Record<string, unknown> | null;

let session: BrowserSession | undefined;
let controller = new AbortController();
const listeners = new Set<() => void>();

function setSession(value: BrowserSession | undefined): void {
  session = value;
  for (const listener of listeners) listener();
}

/**
 * Requests the session until the route itself responds. Other responses do not tell whether the
 * user is signed in: during an outage, for a proxy's page or after an aborted request, the session
 * stays undefined and the request is repeated.
 *
 * @param delay before the next request, in milliseconds; it doubles, up to a minute
 */
async function loadSession(signal: AbortSignal, delay = 1000): Promise<void> {
  const body: unknown = await fetch("/api/auth/session", { signal })
    .then((response) => (response.ok ? response.json() : undefined))
    .catch(() => undefined);
  if (signal.aborted) return;
  if (body === null || (isRecord(body) && isRecord(body.user))) return setSession(body);
  const timer = setTimeout(() => void loadSession(signal, Math.min(2 * delay, 60_000)), delay);
  signal.addEventListener("abort", () => clearTimeout(timer));
}

function start(): void {
  controller = new AbortController();
  const { signal } = controller;
  void loadSession(signal);
  // A page that the Back button restores would still show who was signed in when the user left it.
  const restart = ({ persisted }: PageTransitionEvent) => {
    if (!persisted) return;
    setSession(undefined);
    controller.abort();
    start();
  };
  window.addEventListener("pageshow", restart, { signal });
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) start();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    controller.abort();
    session = undefined;
  };
}

/**
 * The session, for static pages. One request serves all islands of a page, after the page has
 * loaded.
 *
 * @returns null when the visitor is signed out; undefined until that is known
 */
export const useBrowserSession = (): BrowserSession | undefined =>
  useSyncExternalStore(
    subscribe,
    () => session,
    () => undefined,
  );

/**
 * Class names for a link to sign in: it takes up its space, but is invisible until the session is
 * known. Without JavaScript it is visible to all, since it takes signed-in users on to their pages.
 */
export const hiddenUntilKnown = (session: BrowserSession | undefined): string =>
  session === undefined ? "invisible noscript:visible" : "";

/**
 * The user of a session, or null. Parsed by hand: zod would be the largest part of these pages'
 * JavaScript.
 */
export function userOf(session: BrowserSession): DisplayedUser | null {
  if (!isRecord(session?.user)) return null;
  const { name, username, email, image } = session.user;
  return { name: text(name), username: text(username), email: text(email), image: text(image) };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;
const text = (value: unknown) => (typeof value === "string" ? value : null);
