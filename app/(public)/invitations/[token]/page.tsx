import type { Metadata } from "next";
import { MessagePage } from "@/components/layout/message-page";
import { ButtonLink } from "@/components/ui/controls/button";
import { SubmitButton } from "@/components/ui/controls/submit-button";
import { describeInvitation } from "@/lib/invitations/invitations";
import { asSessionError, isSessionError } from "@/lib/session/model/errors";

export const metadata: Metadata = { title: "Invitation", robots: { index: false } };

const reasons: Record<string, string> = {
  failed: "Something failed, but nothing is lost. Wait a moment, and open the link again.",
  Accepted: "It was accepted already. Sign in, and you find the organization among yours.",
  Revoked: "It was withdrawn. Ask the person who invited you.",
  Expired: "It has expired. Ask for a new one.",
  unknown: "The link is incomplete or wrong. Open it from the mail again, or ask for a new one.",
};

/**
 * Where the link in an invitation's mail leads. It changes nothing: programs that scan mails open
 * it too. It needs no session.
 */
export default async function InvitationPage({
  params,
  searchParams,
}: PageProps<"/invitations/[token]">) {
  const { token } = await params;
  const { error } = await searchParams;
  const found = error ? undefined : await describeInvitation(token).catch(asSessionError);
  if (isSessionError(found) || found?.status !== "Pending") {
    const reason = error || isSessionError(found) ? "failed" : (found?.status ?? "unknown");
    return (
      <MessagePage
        kind="Invitation"
        title="This invitation is not open"
        actions={<ButtonLink href="/organizations">Your organizations</ButtonLink>}
      >
        <p>{reasons[reason]}</p>
      </MessagePage>
    );
  }
  const { inviter, organization, invitee } = found;
  return (
    <MessagePage
      kind="Invitation"
      title={`Join ${organization}`}
      actions={
        <form method="post" action={`/api/invitations/${token}`}>
          <SubmitButton variant="primary">Accept as {invitee}</SubmitButton>
        </form>
      }
    >
      <p className="wrap-anywhere">
        {inviter} invites you to the organization {organization}. The invitation is for {invitee},
        and signs you in with this address. If that is not you, do not use it.
      </p>
    </MessagePage>
  );
}
