"use client";

import { unstable_isUnrecognizedActionError as isUnrecognizedAction } from "next/navigation";
import { useEffect } from "react";
import { MessagePage } from "@/components/layout/message-page";
import { buttonClass } from "@/components/ui/controls/button-class";

export interface ErrorPageProps {
  error: unknown;
  retry: () => void;
}

/** The digest of an error that reached the browser. The server's log has the error under it. */
export const errorDigest = (error: unknown): string | null =>
  error instanceof Error && "digest" in error ? String(error.digest) : null;

const startPage = "/";

/**
 * Shown when a page failed. Shows the error's digest, never its message. Every page loads this
 * component in advance, so it does not import `next/link`; after a failure, a full page load is
 * better anyway.
 */
export function ErrorPage({ error, retry }: ErrorPageProps) {
  if (isUnrecognizedAction(error)) return <UpdatedPage />;
  const digest = errorDigest(error);
  return (
    <MessagePage
      kind="Something failed"
      title="This page could not be shown"
      actions={
        <>
          <button type="button" onClick={retry} className={buttonClass({ variant: "primary" })}>
            Try again
          </button>
          <a href={startPage} className={buttonClass({})}>
            Go to the start page
          </a>
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

/** How long the user can read why the page reloads, in milliseconds. */
const readingTime = 5_000;
const reload = () => window.location.reload();

/**
 * For a tab that is older than the running build: the server does not know the server actions that
 * its forms call.
 */
function UpdatedPage() {
  useEffect(() => {
    const timer = setTimeout(reload, readingTime);
    return () => clearTimeout(timer);
  }, []);
  return (
    <MessagePage
      kind="New version"
      title="This site was updated"
      actions={
        <button type="button" onClick={reload} className={buttonClass({ variant: "primary" })}>
          Reload the page
        </button>
      }
    >
      <p>
        This tab still had the old version, so your change was not made. The page reloads in a
        moment; then try again.
      </p>
    </MessagePage>
  );
}
