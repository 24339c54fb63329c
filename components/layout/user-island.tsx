"use client";

import { lazy, Suspense } from "react";
import { useBrowserSession, userOf } from "@/components/session/browser-session";
import { ButtonLink } from "@/components/ui/controls/button";

// Whoever is signed out needs none of it.
const UserMenu = lazy(async () => ({
  default: (await import("@/components/layout/user-menu")).UserMenu,
}));

const signInLink = (
  <ButtonLink href="/sign-in" size="small">
    Sign in
  </ButtonLink>
);

/**
 * The user on a public page. Without JavaScript it stays the link to sign in, which takes signed-in
 * people on to their dashboard.
 */
export function UserIsland() {
  const session = useBrowserSession();
  const user = session && userOf(session);
  return (
    <>
      {user && (
        <Suspense>
          <UserMenu user={user} />
        </Suspense>
      )}
      {user === null && signInLink}
      {user === undefined && <noscript>{signInLink}</noscript>}
    </>
  );
}
