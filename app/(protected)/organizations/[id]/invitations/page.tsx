import type { Metadata } from "next";
import { InvitationList } from "@/components/invitations/invitation-list";
import { OutcomeAlert } from "@/components/invitations/outcome-alert";
import { Main } from "@/components/layout/main";
import { protectedPage } from "@/components/session/protected-page";
import { PageError } from "@/components/session/session-error";
import { Card } from "@/components/ui/card";
import { ButtonLink } from "@/components/ui/controls/button";
import { SubmitButton } from "@/components/ui/controls/submit-button";
import { TextField } from "@/components/ui/controls/text-field";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { mayInvite, pendingInvitations } from "@/lib/invitations/invitations";
import { hasInvitations } from "@/lib/invitations/management";
import { invite, revoke, sendAgain } from "./actions";

export const metadata: Metadata = { title: "Invitations" };

type Props = PageProps<"/organizations/[id]/invitations">;

export default protectedPage<Props>(
  async ({ params }) => mayInvite((await params).id),
  async ({ params, searchParams }) => {
    const { id } = await params;
    const { outcome, error } = await searchParams;
    const path = `/organizations/${id}`;
    return (
      <Main className="py-8 sm:py-10">
        <PageHeader
          title="Invitations"
          description="A user who accepts one becomes a member of this organization."
          actions={<ButtonLink href={path}>The organization</ButtonLink>}
        />
        {hasInvitations() ? (
          <div className="space-y-6">
            {typeof error === "string" && <PageError code={error} path={`${path}/invitations`} />}
            {typeof outcome === "string" && <OutcomeAlert outcome={outcome} />}
            <Card
              title="Invite by e-mail"
              description="The mail has a link that is valid for a week."
            >
              <form action={invite} className="grid max-w-md gap-4">
                <input type="hidden" name="organizationId" value={id} />
                <TextField
                  label="E-mail address"
                  name="target"
                  type="email"
                  autoComplete="off"
                  required
                  maxLength={256}
                />
                <SubmitButton className="justify-self-start">Send the invitation</SubmitButton>
              </form>
            </Card>
            <InvitationList
              organizationId={id}
              invitations={await pendingInvitations(id)}
              sendAgain={sendAgain}
              revoke={revoke}
            />
          </div>
        ) : (
          <EmptyState title="Invitations are not set up">
            They need LOGTO_M2M_ID, LOGTO_M2M_SECRET and AUTH_URL: see docs/logto.md.
          </EmptyState>
        )}
      </Main>
    );
  },
);
