import "server-only";
import { atLogto } from "./management";

/** The content of an invitation's mail. */
interface InvitationMail {
  /** The invitation's id at Logto. */
  id: string;
  /** E-mail address. */
  to: string;
  /** Signs in as the invited user: only this mail may contain it, never a page or a log. */
  link: string;
  /** Names. */
  organization: string;
  inviter: string;
}

/**
 * Sends the mail of an invitation with Logto's e-mail connector, which needs a template for
 * invitations. To use a mail service of your own, call it here instead:
 *
 * @example await mailer.send({ to, subject: `Join ${organization}`, text: link });
 * @throws any error: the invitation stays, and can be sent again
 */
export async function sendInvitation({ id, link }: InvitationMail): Promise<void> {
  const sent = await atLogto((api) => api.mailInvitation(id, link));
  if (sent === undefined) throw new Error("Logto rejected the mail");
}
