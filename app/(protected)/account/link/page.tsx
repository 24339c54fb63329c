import type { Metadata } from "next";
import { MessagePage } from "@/components/message-page";
import { PageError } from "@/components/page-error";
import { protectedPage } from "@/components/protected-page";
import { ButtonLink } from "@/components/ui/button";
import { SubmitButton } from "@/components/ui/submit-button";
import { hasDatabase } from "@/lib/db";
import { isFreshlySignedIn } from "@/lib/session/account";
import { requireSession } from "@/lib/session/guards";
import { linkAccount } from "../actions";

export const metadata: Metadata = { title: "Link an account" };

const back = <ButtonLink href="/account">Your account</ButtonLink>;

export default protectedPage(async ({ searchParams }: PageProps<"/account/link">) => {
  const { user } = await requireSession();
  const { error } = await searchParams;
  if (!hasDatabase()) {
    return (
      <MessagePage kind="Link an account" title="There is nothing to link here" actions={back}>
        <p>This site runs without a database and keeps nothing that a second account could be linked to.</p>
      </MessagePage>
    );
  }
  const isFresh = await isFreshlySignedIn();
  return (
    <MessagePage
      kind="Link an account"
      title={isFresh ? "Now sign in with the other account" : "Sign in again to go on"}
      actions={
        <>
          <form action={linkAccount}>
            <SubmitButton variant="primary">{isFresh ? "Go on to Logto" : "Sign in again"}</SubmitButton>
          </form>
          {back}
        </>
      }
    >
      {typeof error === "string" && <PageError code={error} path="/account/link" />}
      <p>
        {isFresh
          ? "The one that shall be yours here, too. From then on both sign you in as the same user."
          : user.provider === "email"
            ? "We mail you a new link, so that nobody else links an account in a browser that you left open."
            : "Logto asks for your password, so that nobody else links an account in a browser that you left open."}
      </p>
    </MessagePage>
  );
});
