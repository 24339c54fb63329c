"use client";

import { hiddenUntilKnown, useBrowserSession } from "@/components/session/browser-session";
import { ButtonLink } from "@/components/ui/controls/button";

/** The buttons at the top of the landing page: to sign in and to open the dashboard. */
export function WaysIn() {
  const session = useBrowserSession();
  const isSignedIn = Boolean(session);
  return (
    <div className="mt-8 flex flex-wrap gap-2.5">
      {!isSignedIn && (
        <ButtonLink href="/sign-in" variant="primary" className={hiddenUntilKnown(session)}>
          Sign in
        </ButtonLink>
      )}
      <ButtonLink href="/dashboard" variant={isSignedIn ? "primary" : "secondary"}>
        Open the dashboard
      </ButtonLink>
    </div>
  );
}
