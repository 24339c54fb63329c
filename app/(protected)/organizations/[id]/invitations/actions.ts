"use server";

import { redirect } from "next/navigation";
import { z } from "zod";
import {
  inviteMember,
  mayInvite,
  resendInvitation,
  revokeInvitation,
  type InvitationOutcome,
} from "@/lib/invitations/invitations";
import { actionWithSession, redirectOnError, requireSession } from "@/lib/session/guards";
import type { SessionUser } from "@/lib/session/model/public-session";

const form = z.object({
  organizationId: z.string().regex(/^[\w-]{1,21}$/),
  /** The id of an invitation, or an e-mail address. */
  target: z.string().max(300),
});

/**
 * An action for users who may invite to the organization in the form. The form's page shows the
 * outcome, also without JavaScript.
 */
const invitationAction = (
  act: (organizationId: string, user: SessionUser, target: string) => Promise<InvitationOutcome>,
) =>
  redirectOnError(
    "/organizations",
    actionWithSession(async ({ user }, formData: FormData) => {
      const { data } = form.safeParse(Object.fromEntries(formData));
      if (!data) redirect("/organizations");
      const { organizationId, target } = data;
      const page = `/organizations/${organizationId}/invitations`;
      await redirectOnError(page, async () => {
        await requireSession(mayInvite(organizationId));
        redirect(`${page}?outcome=${await act(organizationId, user, target)}`);
      })();
    }),
  );

export const invite = invitationAction(inviteMember);
export const sendAgain = invitationAction(resendInvitation);
export const revoke = invitationAction(revokeInvitation);
