import "server-only";
import { z } from "zod";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import type { Invitation } from "@/lib/logto/management";
import { getAccessToken } from "@/lib/session/access-token";
import type { SessionUser } from "@/lib/session/model/public-session";
import type { Requirement } from "@/lib/session/model/requirement";
import { atLogto } from "./at-logto";
import { isWithinLimit } from "./rate-limit";
import { sendInvitation } from "./send-invitation";

/*
 * Invitations to an organization. Logto stores them: they are listed, accepted and revoked with its
 * Management API, whose credentials may do everything. So every function here that takes an
 * organization's id relies on its caller to check `mayInvite` first.
 */

/** Milliseconds. */
const lifetime = 7 * 24 * 60 * 60 * 1000;

/** Logto has room for 128 characters, and compares the address of a one-time token exactly. */
const emailAddress = z.string().trim().toLowerCase().pipe(z.email().max(128));

/** What inviting a user requires: the permission that Logto's guide to organizations uses. */
export const mayInvite = (organizationId: string): Requirement => ({
  organization: { id: organizationId },
  permission: { organizationId, scope: "invite:member" },
});

/** Who invites, and to which organization. */
interface Inviter {
  organizationId: string;
  user: SessionUser;
}

/** The results of actions, with what the page says. */
export const outcomes = {
  sent: "The mail is on its way.",
  revoked: "The invitation was revoked, and the link in its mail no longer works.",
  invalid_address: "This is not an e-mail address.",
  not_possible: "This person is a member already, or has an open invitation.",
  too_many: "You or this address reached the limit of an hour. Try again later.",
  mail_failed: "The user is invited, but the mail was not sent. Try to send it again.",
  ended: "The invitation was accepted or revoked, or has expired.",
};
type Outcome = keyof typeof outcomes;

/** An organization's pending invitations, the newest first. @throws SessionError */
export async function pendingInvitations(organizationId: string): Promise<Invitation[]> {
  const all = await atLogto((api) => api.listInvitations(organizationId));
  return all.filter(({ status }) => status === "Pending");
}

/** Invites a user by e-mail. @param address untrusted @throws SessionError */
export async function inviteMember(inviter: Inviter, address: string): Promise<Outcome> {
  const { organizationId, user } = inviter;
  const { success, data: invitee } = emailAddress.safeParse(address);
  if (!success) return "invalid_address";
  if (!mayMail(inviter, invitee)) return "too_many";
  const created = await atLogto((api) =>
    api.createInvitation({
      organizationId,
      inviterId: user.id,
      invitee,
      expiresAt: Date.now() + lifetime,
      organizationRoleIds: env().LOGTO_INVITATION_ROLES,
    }),
  );
  if (!created) return "not_possible";
  log.info("user invited", { user: user.id, organizationId, invitation: created.id });
  return mail(created);
}

/** Sends another mail, with a new link. @param id untrusted @throws SessionError */
export async function resendInvitation(inviter: Inviter, id: string): Promise<Outcome> {
  const found = await findPending(inviter, id);
  if (!found) return "ended";
  return mayMail(inviter, found.invitee) ? mail(found) : "too_many";
}

/**
 * Revokes an invitation, and every link that signs in as the invited user.
 *
 * @param id untrusted
 * @throws SessionError
 */
export async function revokeInvitation(inviter: Inviter, id: string): Promise<Outcome> {
  const found = await findPending(inviter, id);
  if (!found) return "ended";
  // The links first: if that fails, the invitation is still listed, and can be revoked again.
  await atLogto((api) => api.revokeOneTimeTokens(found.invitee));
  const ended = await atLogto((api) => api.endInvitation(id, { status: "Revoked" }));
  if (!ended) return "ended";
  const { organizationId, user } = inviter;
  log.info("invitation revoked", { user: user.id, organizationId, invitation: id });
  return "revoked";
}

const find = async (id: string) =>
  /^[\w-]{1,21}$/.test(id) ? atLogto((api) => api.findInvitation(id)) : undefined;

/** A pending invitation, unless it is another organization's. */
async function findPending({ organizationId }: Inviter, id: string) {
  const found = await find(id);
  return found?.organizationId === organizationId && found.status === "Pending" ? found : undefined;
}

function mayMail({ user }: Inviter, invitee: string): boolean {
  if (isWithinLimit("inviter", user.id) && isWithinLimit("invitee", invitee)) return true;
  log.warn("too many invitations", { user: user.id });
  return false;
}

/** Mails a new link, which signs in and leads to the page of the invitation. */
async function mail(invitation: Invitation): Promise<Outcome> {
  const { id, invitee: login_hint, expiresAt } = invitation;
  try {
    const expiresIn = Math.ceil((expiresAt - Date.now()) / 1000);
    const { token: one_time_token } = await atLogto((api) =>
      api.createOneTimeToken(login_hint, expiresIn),
    );
    const callbackUrl = `/invitations/${id}`;
    const query = new URLSearchParams({ one_time_token, login_hint, callbackUrl }).toString();
    // Never the host of a request: the inviter could make it up.
    await sendInvitation(invitation, new URL(`/sign-in?${query}`, env().AUTH_URL).href);
    return "sent";
  } catch (error) {
    log.error("mail of an invitation was not sent", { invitation: id, reason: String(error) });
    return "mail_failed";
  }
}

/**
 * An invitation that is open to this user, or that this user has accepted.
 *
 * @param id untrusted
 * @throws SessionError
 */
export async function invitationFor(user: SessionUser, id: string) {
  const found = await find(id);
  const isInvitee =
    user.emailVerified && user.email?.toLowerCase() === found?.invitee.toLowerCase();
  const isOpen = found?.status === "Pending" && isInvitee;
  const isAccepted = found?.status === "Accepted" && found.acceptedUserId === user.id;
  return isOpen || isAccepted ? found : undefined;
}

/**
 * Makes the user a member if the invitation is open to them. Otherwise it does nothing.
 *
 * @param id untrusted
 * @throws SessionError
 */
export async function acceptInvitation(user: SessionUser, id: string): Promise<void> {
  const found = await invitationFor(user, id);
  if (found?.status !== "Pending") return;
  const { organizationId } = found;
  const accepted = await atLogto((api) =>
    api.endInvitation(id, { status: "Accepted", acceptedUserId: user.id }),
  );
  if (!accepted) return;
  log.info("invitation accepted", { user: user.id, organizationId, invitation: id });
  // Logto returns an id_token too, which tells the session of the membership.
  await getAccessToken({ organizationId });
}
