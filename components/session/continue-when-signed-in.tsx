"use client";

import { useEffect } from "react";

/**
 * On the sign-in page: goes on as soon as the user has signed in in another tab and comes back to
 * this one.
 */
export function GoOnWhenSignedIn({ to }: { to: string }) {
  useEffect(() => {
    const look = new AbortController();
    const goOn = async () => {
      if (document.visibilityState !== "visible") return;
      const response = await fetch("/api/auth/session", { signal: look.signal }).catch(
        () => undefined,
      );
      if (response?.ok && (await response.json().catch(() => null))) window.location.replace(to);
    };
    document.addEventListener("visibilitychange", () => void goOn(), { signal: look.signal });
    window.addEventListener("focus", () => void goOn(), { signal: look.signal });
    return () => look.abort();
  }, [to]);
  return null;
}
