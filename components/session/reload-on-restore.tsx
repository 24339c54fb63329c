"use client";

import { useEffect } from "react";

/**
 * Reloads the page when the browser restores it from the back-forward cache: the user may have
 * signed out since.
 */
export function ReloadOnRestore() {
  useEffect(() => {
    const reload = (event: PageTransitionEvent) => {
      if (event.persisted) window.location.reload();
    };
    window.addEventListener("pageshow", reload);
    return () => window.removeEventListener("pageshow", reload);
  }, []);
  return null;
}
