"use client";

import { usePathname } from "next/navigation";
import { MessagePage } from "@/components/message-page";
import { SessionErrorPage } from "@/components/session-error-page";
import { sessionErrorCodeOf } from "@/components/session-errors";
import { Button, ButtonLink } from "@/components/ui/button";

export interface ErrorPageProps {
  error: unknown;
  retry: () => void;
}

/** A page that failed. Shows no message of the error, only the reference under which the log has it. */
export function ErrorPage({ error, retry }: ErrorPageProps) {
  const path = usePathname();
  const digest = error instanceof Error && "digest" in error ? String(error.digest) : null;
  const code = sessionErrorCodeOf(digest);
  if (code) return <SessionErrorPage code={code} path={path} />;
  return (
    <MessagePage
      kind="Something failed"
      title="This page could not be shown"
      actions={
        <>
          <Button variant="primary" onClick={retry}>
            Try again
          </Button>
          <ButtonLink href="/">Go to the start page</ButtonLink>
        </>
      }
    >
      <p>The fault is on our side. Trying again often helps.</p>
      {digest && (
        <p className="text-sm">
          Reference for support: <code className="font-mono text-ink">{digest}</code>
        </p>
      )}
    </MessagePage>
  );
}
