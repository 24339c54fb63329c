"use client";

import { getSession, useSession } from "next-auth/react";
import { useEffect } from "react";

/**
 * Has a signed-out provider ask again when the tab is looked at. `SessionProvider` takes one failed
 * request for "signed out", and then neither its interval nor a look at the tab asks any more
 * (nextauthjs/next-auth#9139).
 */
export function AskAgain() {
  const { status } = useSession();
  useEffect(() => {
    if (status !== "unauthenticated") return;
    const ask = () => {
      // What it finds, it tells to the providers of all tabs. `update` would tell this one, without
      // starting its interval again.
      if (document.visibilityState === "visible") void getSession();
    };
    document.addEventListener("visibilitychange", ask);
    return () => document.removeEventListener("visibilitychange", ask);
  }, [status]);
  return null;
}
