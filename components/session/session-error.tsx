import { MessagePage } from "@/components/layout/message-page";
import { displayName, type DisplayedUser } from "@/components/session/displayed-user";
import { SignInForPermissions } from "@/components/session/sign-in-for-permissions";
import { SignInForm } from "@/components/session/sign-in-form";
import { SignOutForm } from "@/components/session/sign-out-form";
import { Alert } from "@/components/ui/alert";
import { ButtonLink } from "@/components/ui/controls/button";
import { buttonClass, type ButtonStyle } from "@/components/ui/controls/button-class";
import { SubmitButton } from "@/components/ui/controls/submit-button";
import { signInPath } from "@/lib/session/model/callback-url";
import type { SignInParameters } from "@/lib/session/model/sign-in-parameters";
import {
  isSessionErrorCode,
  sessionErrors,
  type SessionErrorCode,
} from "@/lib/session/model/error-messages";

interface SessionErrorMessageProps {
  code: SessionErrorCode;
  /** Path of the page with the error: to try again, or to return to after signing in. */
  path: string;
  /** An alert within the page, or a page of its own in place of the one that failed. */
  layout: "alert" | "page";
  /** For an alert: what is missing from the page because of the error. */
  title?: string;
  /** For a page: the signed-in user, who is not allowed to see it. */
  user?: DisplayedUser;
  /** For a page: how the user must authenticate again, if not as the code says. */
  parameters?: SignInParameters | undefined;
}

/** Shows a session error: what happened, what to do, and a button that does it. */
export function SessionErrorMessage({ layout, ...props }: SessionErrorMessageProps) {
  if (layout === "alert") return <ErrorAlert {...props} />;
  return props.user ? <NotAllowedPage {...props} user={props.user} /> : <ErrorPage {...props} />;
}

type Props = Omit<SessionErrorMessageProps, "layout">;

/** Contains a form, so it must not be inside of one. */
function ErrorAlert({ code, path, title }: Props) {
  const { tone, title: reason, text } = sessionErrors[code];
  return (
    <Alert
      tone={tone}
      title={title ?? reason}
      action={<RemedyButton code={code} path={path} retryHref={path} size="small" />}
    >
      <p className="wrap-anywhere">{title ? `${reason}. ${text}` : text}</p>
      <p className="mt-1 text-muted">
        Reason: <code className="font-mono text-[0.8125rem]">{code}</code>
      </p>
    </Alert>
  );
}

/** Above the title, by what helps. */
const kinds = {
  "sign in": "Signed out",
  authenticate: "Confirm that it is you",
  "get permissions": "Not allowed",
  "try again": "Not available",
};

function ErrorPage({ code, path, parameters }: Props) {
  const { title, text, remedy } = sessionErrors[code];
  return (
    <MessagePage
      kind={kinds[remedy ?? "try again"]}
      title={title}
      actions={
        <>
          {/* Every page has a button here. An empty link is this page's address, with its query. */}
          {remedy ? (
            <RemedyButton
              code={code}
              path={path}
              retryHref=""
              parameters={parameters}
              variant="primary"
            />
          ) : (
            <RetryLink href="" variant="primary" />
          )}
          <ButtonLink href="/">Go to the start page</ButtonLink>
        </>
      }
    >
      <p>{text}</p>
    </MessagePage>
  );
}

function NotAllowedPage({ code, path, user }: Props & { user: DisplayedUser }) {
  return (
    <MessagePage
      kind="Not allowed"
      title="You don't have access to this page"
      actions={
        <>
          <SignInForPermissions path={path} variant="primary" />
          <ButtonLink href="/dashboard">Back to the dashboard</ButtonLink>
          <SignOutForm>
            <SubmitButton>Sign out to switch account</SubmitButton>
          </SignOutForm>
        </>
      }
    >
      <p>
        You are signed in as <strong className="font-medium text-ink">{displayName(user)}</strong>
        {user.email && user.email !== displayName(user) && ` (${user.email})`}.
      </p>
      <p>{sessionErrors[code].text}</p>
    </MessagePage>
  );
}

interface RemedyButtonProps extends ButtonStyle {
  code: SessionErrorCode;
  path: string;
  retryHref: string;
  parameters?: SignInParameters | undefined;
}

/** The button for an error's remedy; nothing if it has none. */
function RemedyButton({
  code,
  path,
  retryHref,
  parameters = sessionErrors[code].parameters ?? {},
  ...style
}: RemedyButtonProps) {
  switch (sessionErrors[code].remedy) {
    case "sign in":
      return (
        <ButtonLink
          href={signInPath(path, code === "session_ended" ? "SessionEnded" : undefined)}
          {...style}
        >
          Sign in again
        </ButtonLink>
      );
    case "authenticate":
      return (
        <SignInForm callbackUrl={path} parameters={parameters}>
          <SubmitButton {...style}>Sign in again</SubmitButton>
        </SignInForm>
      );
    case "get permissions":
      return <SignInForPermissions path={path} {...style} />;
    case "try again":
      return <RetryLink href={retryHref} {...style} />;
    case undefined:
      return null;
  }
}

/** A plain link: it loads the page from the server, also without JavaScript. */
function RetryLink({ href, ...style }: ButtonStyle & { href: string }) {
  return (
    <a href={href} className={buttonClass(style)}>
      Try again
    </a>
  );
}

/** Shows the error in `?error=` of a page's address: why an action on this page failed. */
export function PageError({ code, path }: { code: string; path: string }) {
  return isSessionErrorCode(code) && <SessionErrorMessage layout="alert" code={code} path={path} />;
}
