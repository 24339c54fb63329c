import type { ReactNode } from "react";
import { displayName, type DisplayedUser } from "@/components/session/displayed-user";
import { MessagePage } from "@/components/layout/message-page";
import { SignInAgain } from "@/components/session/sign-in-again";
import { SignOutForm } from "@/components/session/sign-out-form";
import { ButtonLink } from "@/components/ui/controls/button";
import { SubmitButton } from "@/components/ui/controls/submit-button";

interface NotAllowedProps {
  user: DisplayedUser;
  /** The path of this page, to return to after signing in. */
  path: string;
  /** Why the user is not allowed, and what to do. */
  children: ReactNode;
}

/** Shown to a signed-in user who is not allowed to see a page. */
export function NotAllowed({ user, path, children }: NotAllowedProps) {
  return (
    <MessagePage
      kind="Not allowed"
      title="You don't have access to this page"
      actions={
        <>
          <SignInAgain path={path} variant="primary" />
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
      {children}
    </MessagePage>
  );
}
