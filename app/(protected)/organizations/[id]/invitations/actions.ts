"use server";

import { redirect } from "next/navigation";
import { z } from "zod";
import {
  inviteMember,
  mayInvite,
  resendInvitation,
  revokeInvitation,
} from "@/lib/invitations/invitations";
import { actionWithSession, redirectOnError, requireSession } from "@/lib/session/guards";

const acts = { invite: inviteMember, "send again": resendInvitation, revoke: revokeInvitation };
const form = z.object({
  act: z.enum(["invite", "send again", "revoke"]),
  organizationId: z.string(),
  /** An e-mail address, or the id of an invitation. */
  target: z.string(),
});

/**
 * Invites a user to the organization in the form, or changes an invitation. The form's page shows
 * the outcome, also without JavaScript.
 */
export const changeInvitations = redirectOnError(
  "/organizations",
  actionWithSession(async ({ user }, formData: FormData) => {
    const { data } = form.safeParse(Object.fromEntries(formData));
    if (!data) redirect("/organizations");
    const { act, organizationId, target } = data;
    const page = `/organizations/${encodeURIComponent(organizationId)}/invitations`;
    await redirectOnError(page, async () => {
      await requireSession(mayInvite(organizationId));
      redirect(`${page}?outcome=${await acts[act]({ organizationId, user }, target)}`);
    })();
  }),
);
