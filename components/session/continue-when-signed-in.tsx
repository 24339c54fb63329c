"use client";

import { useEffect } from "react";

/**
 * For the sign-in page: continues to `to` when the user returns to this tab after signing in in
 * another one.
 */
export function ContinueWhenSignedIn({ to }: { to: string }) {
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const continueIfSignedIn = async () => {
      if (document.visibilityState !== "visible") return;
      const response = await fetch("/api/auth/session", { signal }).catch(() => undefined);
      if (response?.ok && (await response.json().catch(() => null))) window.location.replace(to);
    };
    document.addEventListener("visibilitychange", () => void continueIfSignedIn(), { signal });
    window.addEventListener("focus", () => void continueIfSignedIn(), { signal });
    return () => controller.abort();
  }, [to]);
  return null;
}
