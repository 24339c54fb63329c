"use client";

import { MessagePage } from "@/components/message-page";
import { Button, ButtonLink } from "@/components/ui/button";

export interface ErrorPageProps {
  error: unknown;
  retry: () => void;
}

/** A page that failed. Shows no message of the error, only the reference under which the log has it. */
export function ErrorPage({ error, retry }: ErrorPageProps) {
  const digest = error instanceof Error && "digest" in error ? String(error.digest) : null;
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
