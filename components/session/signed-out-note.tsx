"use client";

import { useEffect, useState } from "react";
import { Alert } from "@/components/ui/alert";
import { partialSignOutPrefix } from "@/lib/session/model/callback-url";

/**
 * Confirms the sign-out when the browser returns from Logto, which sends it to `/?state=…`. The
 * parameter has no further use, so this removes it from the address.
 */
export function SignedOutNote() {
  const [signedOut, setSignedOut] = useState<"full" | "partial">();

  useEffect(() => {
    const url = new URL(window.location.href);
    const state = url.searchParams.get("state");
    if (state === null) return;
    url.searchParams.delete("state");
    // Keeps the history entry's state: Next.js uses it to restore the page on Back.
    window.history.replaceState(window.history.state, "", url);
    // After the page is interactive, so that screen readers announce the note as a change.
    requestAnimationFrame(() =>
      setSignedOut(state.startsWith(partialSignOutPrefix) ? "partial" : "full"),
    );
  }, []);

  return (
    <div aria-live="polite" className="fixed inset-x-4 bottom-4 z-10 sm:left-auto sm:w-80">
      {signedOut === "full" && (
        <Alert tone="info" title="You are signed out">
          Here and at Logto. Signing in again asks for your password.
        </Alert>
      )}
      {signedOut === "partial" && (
        <Alert tone="warning" title="You are signed out in this browser">
          Our database did not respond, so the session on our server is still open. Sign in again
          later and end it on the page with your sessions.
        </Alert>
      )}
    </div>
  );
}
