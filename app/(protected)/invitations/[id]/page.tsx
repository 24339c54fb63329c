import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { MessagePage } from "@/components/layout/message-page";
import { protectedPage } from "@/components/session/protected-page";
import { PageError } from "@/components/session/session-error";
import { SignInForm } from "@/components/session/sign-in-form";
import { SubmitButton } from "@/components/ui/controls/submit-button";
import { atLogto } from "@/lib/invitations/at-logto";
import { invitationFor } from "@/lib/invitations/invitations";
import { accept } from "./actions";

export const metadata: Metadata = { title: "Invitation" };

type Props = PageProps<"/invitations/[id]">;

/** Where the link in an invitation's mail leads, after the sign-in. */
export default protectedPage<Props>({}, async ({ params, searchParams, session: { user } }) => {
  const { id } = await params;
  const { error } = await searchParams;
  const path = `/invitations/${id}`;
  const found = await invitationFor(user, id);
  if (!found)
    return (
      <MessagePage
        kind="Invitation"
        title="This invitation is not open to you"
        actions={
          <SignInForm callbackUrl={path} parameters={{ prompt: "login consent" }}>
            <SubmitButton variant="primary">Sign in with another address</SubmitButton>
          </SignInForm>
        }
      >
        <p className="wrap-anywhere">
          It has ended, or it is not for {(user.emailVerified && user.email) || "your account"}.
          Sign in with the address that the mail went to, or ask for a new invitation.
        </p>
      </MessagePage>
    );
  if (found.status === "Accepted") redirect(`/organizations/${found.organizationId}`);
  const { organization, inviter } = await atLogto((api) => api.namesOf(found));
  return (
    <MessagePage
      kind="Invitation"
      title={`Join ${organization}`}
      actions={
        <form action={accept}>
          <input type="hidden" name="id" value={id} />
          <SubmitButton variant="primary">Accept the invitation</SubmitButton>
        </form>
      }
    >
      <p className="wrap-anywhere">
        {inviter} invites {found.invitee} to the organization {organization}.
      </p>
      {typeof error === "string" && <PageError code={error} path={path} />}
    </MessagePage>
  );
});
