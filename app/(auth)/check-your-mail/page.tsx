import type { Metadata } from "next";
import { MessagePage } from "@/components/message-page";
import { ButtonLink } from "@/components/ui/button";

export const metadata: Metadata = { title: "Check your mail", robots: { index: false } };

export default function CheckYourMailPage() {
  return (
    <MessagePage
      kind="Sign in"
      title="Check your mail"
      actions={<ButtonLink href="/sign-in">Back to sign in</ButtonLink>}
    >
      <p>
        A link is on its way to the address that you gave us. It works once, for 15 minutes, and signs in the
        browser that you open it in.
      </p>
      <p>
        Nothing there after a minute? Look in the spam folder, or go back, check the address and ask for
        another link.
      </p>
    </MessagePage>
  );
}
