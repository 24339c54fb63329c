import { sessionMessages } from "@/components/session/session-errors";
import { SignInAgain } from "@/components/session/sign-in-again";
import { Alert } from "@/components/ui/alert";
import { ButtonLink } from "@/components/ui/controls/button";
import { signInPath } from "@/lib/session/model/callback-url";
import type { SessionErrorCode } from "@/lib/session/model/errors";

interface SessionErrorAlertProps {
  /** What the page lacks by it, in place of a title that only says why. */
  title?: string;
  code: SessionErrorCode;
  /** The page that this is on, to try again or to come back to. */
  path: string;
}

/**
 * Says why Logto gave no token or no claims, and what helps. May hold a form, so it stands in none.
 */
export function SessionErrorAlert({ title, code, path }: SessionErrorAlertProps) {
  const { tone, title: reason, text, remedy } = sessionMessages[code];
  return (
    <Alert
      tone={tone}
      title={title ?? reason}
      action={
        remedy === "get permissions" ? (
          <SignInAgain path={path} size="small" />
        ) : (
          remedy && (
            <ButtonLink
              href={remedy === "sign in" ? signInPath(path, "SessionEnded") : path}
              size="small"
            >
              {remedy === "sign in" ? "Sign in again" : "Try again"}
            </ButtonLink>
          )
        )
      }
    >
      <p className="wrap-anywhere">{title ? `${reason}. ${text}` : text}</p>
      <p className="mt-1 text-muted">
        Reason: <code className="font-mono text-[0.8125rem]">{code}</code>
      </p>
    </Alert>
  );
}
