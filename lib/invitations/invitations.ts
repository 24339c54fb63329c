import "server-only";
import { z } from "zod";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import type { Invitation } from "@/lib/logto/management";
import { getAccessToken } from "@/lib/session/access-token";
import { asSessionError, SessionError } from "@/lib/session/model/errors";
import type { SessionUser } from "@/lib/session/model/public-session";
import type { Requirement } from "@/lib/session/model/requirement";
import { invitationToken, parseInvitationToken } from "./link";
import { atLogto, hasInvitations, urlForMail } from "./management";
import { isWithinLimit } from "./rate-limit";
import { sendInvitation } from "./send-invitation";

/*
 * Invitations to an organization. Logto stores them: they are listed, accepted and revoked with its
 * Management API, whose credentials may do everything. So every function here that takes an
 * organization's id relies on its caller to check `mayInvite` first.
 */

/** Milliseconds. */
const lifetime = 7 * 24 * 60 * 60 * 1000;

/** What inviting a user requires: the permission that Logto's guide to organizations uses. */
export const mayInvite = (organizationId: string): Requirement => ({
  organization: { id: organizationId },
  permission: { organizationId, scope: "invite:member" },
});

/** The result of an action, which the page shows. */
export type InvitationOutcome =
  "sent" | "revoked" | "invalid_address" | "not_possible" | "too_many" | "mail_failed" | "ended";

/** An organization's pending invitations, the newest first. @throws SessionError */
export async function pendingInvitations(organizationId: string): Promise<Invitation[]> {
  const all = await atLogto((api) => api.listInvitations(organizationId));
  if (!all) throw new SessionError("provider_refused", "Logto has no list of invitations");
  return all.filter(({ status }) => status === "Pending");
}

/**
 * Invites a user by e-mail.
 *
 * @param address untrusted
 * @throws SessionError
 */
export async function inviteMember(
  organizationId: string,
  inviter: SessionUser,
  address: string,
): Promise<InvitationOutcome> {
  const { success, data: invitee } = z.email().max(256).safeParse(address.trim());
  if (!success) return "invalid_address";
  if (!mayMail(inviter, invitee)) return "too_many";
  const created = await atLogto((api) =>
    api.createInvitation({
      organizationId,
      inviterId: inviter.id,
      invitee,
      expiresAt: Date.now() + lifetime,
      organizationRoleIds: env().LOGTO_INVITATION_ROLES,
    }),
  );
  if (!created) return "not_possible";
  log.info("user invited", { user: inviter.id, organizationId, invitation: created.id });
  return mail(created, inviter);
}

/** Sends the mail again. @param id untrusted @throws SessionError */
export async function resendInvitation(
  organizationId: string,
  inviter: SessionUser,
  id: string,
): Promise<InvitationOutcome> {
  const found = await findPending(organizationId, id);
  if (!found) return "ended";
  return mayMail(inviter, found.invitee) ? mail(found, inviter) : "too_many";
}

/** Makes the link of an invitation useless. @param id untrusted @throws SessionError */
export async function revokeInvitation(
  organizationId: string,
  user: SessionUser,
  id: string,
): Promise<InvitationOutcome> {
  const found = await findPending(organizationId, id);
  const revoked = found && (await atLogto((api) => api.revokeInvitation(found.id)));
  if (!revoked) return "ended";
  log.info("invitation revoked", { user: user.id, organizationId, invitation: id });
  return "revoked";
}

/** A pending invitation, unless it is another organization's. */
async function findPending(organizationId: string, id: string): Promise<Invitation | undefined> {
  const isId = /^[\w-]{1,21}$/.test(id);
  const found = isId ? await atLogto((api) => api.findInvitation(id)) : undefined;
  return found?.organizationId === organizationId && found.status === "Pending" ? found : undefined;
}

function mayMail(inviter: SessionUser, invitee: string): boolean {
  if (isWithinLimit("inviter", inviter.id) && isWithinLimit("invitee", invitee)) return true;
  log.warn("too many invitations", { user: inviter.id });
  return false;
}

async function mail(
  { id, invitee, organizationId }: Invitation,
  { id: user, name }: SessionUser,
): Promise<InvitationOutcome> {
  try {
    const organization = await atLogto((api) => api.findOrganization(organizationId));
    await sendInvitation({
      id,
      to: invitee,
      link: urlForMail(`/invitations/${invitationToken(id, "sign-in")}`),
      organization: organization?.name ?? organizationId,
      inviter: name ?? user,
    });
    return "sent";
  } catch (error) {
    const reason = error instanceof Error ? error.message : undefined;
    log.error("mail of an invitation was not sent", { user, invitation: id, reason });
    return "mail_failed";
  }
}

/** The invitation of a token, and what the token is for. @param token untrusted */
async function findByToken(token: string) {
  const parsed = hasInvitations() ? parseInvitationToken(token) : undefined;
  if (!parsed) return undefined;
  const invitation = await atLogto((api) => api.findInvitation(parsed.id));
  return invitation && { ...invitation, use: parsed.use };
}

/**
 * What the page of an invitation shows; undefined for a token that this app did not make, or if the
 * organization was deleted.
 *
 * @param token untrusted
 * @throws SessionError
 */
export async function describeInvitation(token: string) {
  const found = await findByToken(token);
  if (!found) return undefined;
  const { organizationId, inviterId, invitee, status } = found;
  const [organization, inviter] = await Promise.all([
    atLogto((api) => api.findOrganization(organizationId)),
    inviterId === null ? undefined : atLogto((api) => api.findUser(inviterId)),
  ]);
  return {
    status,
    invitee,
    organization: organization?.name ?? organizationId,
    inviter: inviter?.name ?? inviter?.username ?? "An administrator",
  };
}

/**
 * Makes the invited user a member. Repeating it does no harm.
 *
 * @param token untrusted
 * @param user who is signed in
 * @returns the organization's id; undefined if the invitation is not for this user or has ended
 * @throws SessionError
 */
export async function acceptInvitation(
  token: string,
  user: SessionUser,
): Promise<string | undefined> {
  const found = await findByToken(token);
  const isInvitee =
    user.emailVerified && user.email?.toLowerCase() === found?.invitee.toLowerCase();
  if (!found || !isInvitee) return undefined;
  const { id, organizationId, status, acceptedUserId } = found;
  const isAccepted = status === "Accepted" && acceptedUserId === user.id;
  if (!isAccepted) {
    const accepted = await atLogto((api) => api.acceptInvitation(id, user.id));
    if (!accepted) return undefined;
    log.info("invitation accepted", { user: user.id, organizationId, invitation: id });
  }
  // Logto returns an id_token too, which tells the session of the membership. If this fails, the
  // next renewal does.
  await getAccessToken({ organizationId }).catch((error: unknown) => {
    const { code } = asSessionError(error);
    log.warn("a new membership is not in the session yet", { user: user.id, code });
  });
  return organizationId;
}

/**
 * The fields of a sign-in form for the invited user: `callbackUrl`, and parameters of
 * session/model/sign-in-parameters.ts. Undefined if the invitation has ended. It creates the
 * one-time token only now, since that is valid for ten minutes. Programs that scan mails open the
 * page, but submit no form.
 *
 * @param token untrusted
 * @throws SessionError
 */
export async function signInFields(token: string): Promise<Record<string, string> | undefined> {
  const found = await findByToken(token);
  if (found?.status !== "Pending") return undefined;
  const { id, invitee, use } = found;
  const fields = {
    callbackUrl: `/api/invitations/${invitationToken(id, "return")}`,
    login_hint: invitee,
  };
  // Logto would sign in the same user as before if it were not asked for the password.
  if (use === "return") return { ...fields, prompt: "login consent" };
  const created = await atLogto((api) => api.createOneTimeToken(invitee));
  return created && { ...fields, one_time_token: created.token };
}
