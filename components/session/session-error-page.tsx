import { MessagePage } from "@/components/layout/message-page";
import { sessionMessages } from "@/components/session/session-errors";
import { SignInAgain } from "@/components/session/sign-in-again";
import { ButtonLink } from "@/components/ui/controls/button";
import { buttonClass } from "@/components/ui/controls/button-class";
import { signInPath } from "@/lib/session/model/callback-url";
import type { SessionErrorCode } from "@/lib/session/model/errors";

interface SessionErrorPageProps {
  code: SessionErrorCode;
  /** The page to come back to after signing in. */
  path?: string;
}

/**
 * Stands where a page would be that needs a session, or something of Logto or the database, and
 * can't have it now.
 */
export function SessionErrorPage({ code, path = "/dashboard" }: SessionErrorPageProps) {
  const { title, text, remedy } = sessionMessages[code];
  return (
    <MessagePage
      kind={remedy === "sign in" ? "Signed out" : "Not available"}
      title={title}
      actions={
        <>
          {remedy === "sign in" ? (
            <ButtonLink href={signInPath(path, "SessionEnded")} variant="primary">
              Sign in again
            </ButtonLink>
          ) : remedy === "get permissions" ? (
            <SignInAgain path={path} variant="primary" />
          ) : (
            // The address of the page that this stands on, wherever that is: the link works without
            // JavaScript, too.
            <a href="" className={buttonClass({ variant: "primary" })}>
              Try again
            </a>
          )}
          <ButtonLink href="/">Go to the start page</ButtonLink>
        </>
      }
    >
      <p>{text}</p>
    </MessagePage>
  );
}
