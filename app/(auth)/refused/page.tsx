import type { Metadata } from "next";
import { MessagePage } from "@/components/message-page";
import { ButtonLink } from "@/components/ui/button";
import { SubmitButton } from "@/components/ui/submit-button";
import { signOutOfLogtoAction } from "@/lib/session/actions";

export const metadata: Metadata = { title: "No access", robots: { index: false } };

export default function RefusedPage() {
  return (
    <MessagePage
      kind="No access"
      title="This account may not sign in here"
      actions={
        <>
          <form action={signOutOfLogtoAction}>
            <SubmitButton variant="primary">Sign out of Logto and use another account</SubmitButton>
          </form>
          <ButtonLink href="/sign-in">Back to sign in</ButtonLink>
        </>
      }
    >
      <p>
        This site is open to certain e-mail addresses only. Yours is not one of them, or it has not been
        verified yet.
      </p>
      <p>If you should have access, ask whoever runs this site for it.</p>
    </MessagePage>
  );
}
