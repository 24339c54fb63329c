"use client";

import { useEffect, useState } from "react";
import { Alert } from "@/components/ui/alert";
import { partialSignOut } from "@/lib/session/model/callback-url";

/**
 * Tells somebody who comes back from signing out at Logto that it is done. Logto sends the browser
 * to `/?state=…`; the parameter has no further use and is taken out of the address.
 */
export function SignedOutNote() {
  const [signedOut, setSignedOut] = useState<"whole" | "half">();

  useEffect(() => {
    const url = new URL(window.location.href);
    const state = url.searchParams.get("state");
    if (state === null) return;
    url.searchParams.delete("state");
    // With the entry's own state, by which Next.js restores the page on Back.
    window.history.replaceState(window.history.state, "", url);
    // After the page is interactive, so that the note is read out as news.
    requestAnimationFrame(() => setSignedOut(state.startsWith(partialSignOut) ? "half" : "whole"));
  }, []);

  return (
    <div aria-live="polite" className="fixed inset-x-4 bottom-4 z-10 sm:left-auto sm:w-80">
      {signedOut === "whole" && (
        <Alert tone="info" title="You are signed out">
          Here and at Logto. Signing in again asks for your password.
        </Alert>
      )}
      {signedOut === "half" && (
        <Alert tone="warning" title="You are signed out in this browser">
          Our database did not answer, so the session on our server is still open. Sign in again
          later and end it on the page with your sessions.
        </Alert>
      )}
    </div>
  );
}
