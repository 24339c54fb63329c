"use client";

import { hiddenUntilKnown, useBrowserSession, userOf } from "@/components/session/browser-session";
import { displayName } from "@/components/session/displayed-user";
import { ButtonLink } from "@/components/ui/controls/button";
import { CodeBlock } from "@/components/ui/code-block";

/** Shows what scripts in this browser can learn about its session, signed in or not. */
export function LiveSession() {
  const session = useBrowserSession();
  const user = session && userOf(session);
  return (
    <section
      aria-labelledby="live"
      className="grid items-start gap-8 border-t border-border py-12 sm:py-16 lg:grid-cols-[1fr_1.35fr] lg:gap-14"
    >
      <div>
        <h2 id="live" className="text-title">
          All that a script can learn
        </h2>
        <p className="mt-3 leading-6 text-muted">
          This is what the server tells scripts in your browser now.{" "}
          {user &&
            `You are signed in as ${displayName(user)}: scripts get your name and what you may do, but no token and no session id.`}
          {user === null &&
            "You are not signed in. Sign in, come back and see what is added: who you are, but no token."}
        </p>
        <ButtonLink
          href={user ? "/profile" : "/sign-in"}
          size="small"
          className={`mt-5 ${hiddenUntilKnown(session)}`}
        >
          {user ? "See every claim" : "Sign in"}
        </ButtonLink>
      </div>
      <CodeBlock
        title="GET /api/auth/session"
        code={session === undefined ? "…" : JSON.stringify(session, null, 2)}
      />
    </section>
  );
}
