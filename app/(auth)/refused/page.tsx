import type { Metadata } from "next";
import { MessagePage } from "@/components/layout/message-page";
import { SignOutForm } from "@/components/session/sign-out-form";
import { ButtonLink } from "@/components/ui/controls/button";
import { SubmitButton } from "@/components/ui/controls/submit-button";

export const metadata: Metadata = { title: "No access", robots: { index: false } };

export default function RefusedPage() {
  return (
    <MessagePage
      kind="No access"
      title="This account may not sign in here"
      actions={
        <>
          <SignOutForm>
            <SubmitButton variant="primary">Sign out of Logto and use another account</SubmitButton>
          </SignOutForm>
          <ButtonLink href="/sign-in">Back to sign in</ButtonLink>
        </>
      }
    >
      <p>
        Only certain e-mail addresses may sign in to this site. Yours is not one of them, or it has
        not been verified yet.
      </p>
      <p>If you should have access, ask the operator of this site for it.</p>
    </MessagePage>
  );
}
