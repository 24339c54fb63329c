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
import { PageHeader } from "@/components/ui/page-header";
import { mayInvite, pendingInvitations } from "@/lib/invitations/invitations";
import { changeInvitations } from "./actions";

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
        <div className="space-y-6">
          {typeof error === "string" && <PageError code={error} path={`${path}/invitations`} />}
          {typeof outcome === "string" && <OutcomeAlert outcome={outcome} />}
          <Card
            title="Invite by e-mail"
            description="The mail has a link that signs in once, within a week."
          >
            <form action={changeInvitations} className="grid max-w-md gap-4">
              <input type="hidden" name="organizationId" value={id} />
              <TextField
                label="E-mail address"
                name="target"
                type="email"
                autoComplete="off"
                required
                maxLength={128}
              />
              <SubmitButton name="act" value="invite" className="justify-self-start">
                Send the invitation
              </SubmitButton>
            </form>
          </Card>
          <InvitationList
            organizationId={id}
            invitations={await pendingInvitations(id)}
            action={changeInvitations}
          />
        </div>
      </Main>
    );
  },
);
