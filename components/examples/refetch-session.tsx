"use client";

import { getSession, useSession } from "next-auth/react";
import { useEffect } from "react";

/**
 * Requests the session again when a signed-out tab becomes visible. `SessionProvider` treats one
 * failed request as "signed out", and after that neither its interval nor the tab's visibility
 * requests the session again (nextauthjs/next-auth#9139).
 */
export function RefetchSession() {
  const { status } = useSession();
  useEffect(() => {
    if (status !== "unauthenticated") return;
    const refetch = () => {
      // `getSession` passes the result to the providers of all tabs. `update` would update only
      // this one, without restarting its interval.
      if (document.visibilityState === "visible") void getSession();
    };
    document.addEventListener("visibilitychange", refetch);
    return () => document.removeEventListener("visibilitychange", refetch);
  }, [status]);
  return null;
}
