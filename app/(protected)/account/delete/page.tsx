import type { Metadata } from "next";
import { displayName } from "@/components/session/displayed-user";
import { MessagePage } from "@/components/layout/message-page";
import { NeedsDatabase } from "@/components/account/needs-database";
import { PageError } from "@/components/session/session-error";
import { protectedPage } from "@/components/session/protected-page";
import { SignInForm } from "@/components/session/sign-in-form";
import { ButtonLink } from "@/components/ui/controls/button";
import { SubmitButton } from "@/components/ui/controls/submit-button";
import { hasDatabase } from "@/lib/database/client";
import { isFreshlySignedIn } from "@/lib/session/account";
import { freshSignIn } from "@/lib/session/model/fresh-sign-in";
import { confirmDeletion } from "../actions";

export const metadata: Metadata = { title: "Delete my account" };

const back = (label: string) => <ButtonLink href="/account">{label}</ButtonLink>;

export default protectedPage<PageProps<"/account/delete">>(
  {},
  async ({ searchParams, session }) => {
    const { user } = session;
    const { error } = await searchParams;
    if (!hasDatabase()) {
      return (
        <MessagePage
          kind="Delete my account"
          title="There is nothing to delete here"
          actions={back("Your account")}
        >
          <NeedsDatabase>
            This site stores nothing about you except this browser&apos;s cookie, because it runs
            without a database.
          </NeedsDatabase>
        </MessagePage>
      );
    }
    const isFresh = await isFreshlySignedIn();
    return (
      <MessagePage
        kind="Delete my account"
        title={
          isFresh ? `Delete ${displayName(user)}'s account for good?` : "Sign in again to continue"
        }
        actions={
          <>
            {isFresh ? (
              <form action={confirmDeletion}>
                <SubmitButton variant="danger">Delete my account</SubmitButton>
              </form>
            ) : (
              <SignInForm callbackUrl="/account/delete" parameters={freshSignIn}>
                <SubmitButton variant="primary">Sign in again</SubmitButton>
              </SignInForm>
            )}
            {back("Keep my account")}
          </>
        }
      >
        {typeof error === "string" && error !== "sign_in_again" && (
          <PageError code={error} path="/account/delete" />
        )}
        {!isFresh && (
          <p>
            Logto asks you to prove who you are, so that no one else can delete your account from a
            browser that you left open.
          </p>
        )}
        <p>
          What this site stores about you is deleted at once and cannot be restored: your user and
          all of its sessions.
        </p>
        <p>
          Your account at Logto stays. You can delete it only on Logto&apos;s own pages, or ask its
          administrator to.
        </p>
      </MessagePage>
    );
  },
);
