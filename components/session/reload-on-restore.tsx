"use client";

import { useEffect } from "react";

/**
 * Asks the server again when the browser brings a page back as it was left: the user may have
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
