"use client";

import { useEffect, useState } from "react";
import type { DisplayedUser } from "@/components/displayed-user";
import { ButtonLink } from "@/components/ui/button";
import { UserMenu } from "@/components/user-menu";

const signInLink = (
  <ButtonLink href="/sign-in" size="small">
    Sign in
  </ButtonLink>
);

/**
 * The user on a public page. The page is static, so who is signed in is asked once, after it has loaded; the space is
 * reserved. Without JavaScript it stays the link to sign in, which takes signed-in people on to their dashboard.
 */
export function UserIsland() {
  const [user, setUser] = useState<DisplayedUser | null>();

  useEffect(() => {
    const abort = new AbortController();
    const setSession = (session: unknown) => setUser(readUser(session));
    const load = () =>
      fetch("/api/auth/session", { signal: abort.signal })
        // An outage tells nothing about who is signed in, so nothing is said.
        .then((response) => (response.status < 500 ? response.json().then(setSession) : undefined))
        .catch(() => {
          if (!abort.signal.aborted) setUser(null);
        });
    void load();
    // Restored by the Back button, the page would still show who was signed in when it was left.
    const reload = (event: PageTransitionEvent) => {
      if (!event.persisted) return;
      setUser(undefined);
      void load();
    };
    window.addEventListener("pageshow", reload, { signal: abort.signal });
    return () => abort.abort();
  }, []);

  return (
    <div className="flex min-h-8 min-w-18 items-center justify-end">
      {user ? <UserMenu user={user} /> : user === null ? signInLink : <noscript>{signInLink}</noscript>}
    </div>
  );
}

/** The user in an answer of `/api/auth/session`, or null. Read by hand: zod would be most of this page's script. */
function readUser(session: unknown): DisplayedUser | null {
  if (!isRecord(session) || !isRecord(session.user)) return null;
  const { name, username, email, image } = session.user;
  return { name: text(name), username: text(username), email: text(email), image: text(image) };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;
const text = (value: unknown) => (typeof value === "string" ? value : null);
