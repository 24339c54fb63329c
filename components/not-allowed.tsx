import type { ReactNode } from "react";
import { displayName, type DisplayedUser } from "@/components/displayed-user";
import { MessagePage } from "@/components/message-page";
import { SignOutForm } from "@/components/sign-out-form";
import { ButtonLink } from "@/components/ui/button";
import { SubmitButton } from "@/components/ui/submit-button";

interface NotAllowedProps {
  user: DisplayedUser;
  /** What would be needed. */
  children: ReactNode;
}

/** What a signed-in person sees where they may not go. */
export function NotAllowed({ user, children }: NotAllowedProps) {
  return (
    <MessagePage
      kind="Not allowed"
      title="You don't have access to this page"
      actions={
        <>
          <ButtonLink href="/dashboard" variant="primary">
            Back to the dashboard
          </ButtonLink>
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
