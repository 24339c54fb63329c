import "server-only";
import type { Invitation } from "@/lib/logto/management";
import { atLogto } from "./at-logto";

/**
 * Sends the mail of an invitation with Logto's e-mail connector, which needs a template for
 * invitations. To use a mail service of your own, call it here instead:
 *
 * @example
 * const { organization, inviter } = await atLogto((api) => api.namesOf(invitation));
 * await mailer.send({ to: invitation.invitee, subject: `Join ${organization}`, text: link });
 * @param link signs in as the invited user: only the mail may contain it, never a page or a log
 * @throws any error: the invitation stays, and can be sent again
 */
export async function sendInvitation({ id }: Invitation, link: string): Promise<void> {
  await atLogto((api) => api.mailInvitation(id, link));
}
