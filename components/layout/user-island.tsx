"use client";

import { lazy, Suspense } from "react";
import { useBrowserSession, userOf } from "@/components/session/browser-session";
import { ButtonLink } from "@/components/ui/controls/button";

// Loaded for signed-in users only.
const UserMenu = lazy(async () => ({
  default: (await import("@/components/layout/user-menu")).UserMenu,
}));

const signInLink = (
  <ButtonLink href="/sign-in" size="small">
    Sign in
  </ButtonLink>
);

/**
 * The user menu of a static page, or the link to sign in. Without JavaScript it stays the link,
 * which takes a signed-in user to the dashboard.
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
