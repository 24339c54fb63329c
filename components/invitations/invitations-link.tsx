import { ButtonLink } from "@/components/ui/controls/button";
import { hasInvitations } from "@/lib/invitations/at-logto";

/**
 * The link to an organization's invitations.
 *
 * @param scopes the user's permissions there
 */
export function InvitationsLink({ id, scopes }: { id: string; scopes: string[] }) {
  if (!hasInvitations() || !scopes.includes("invite:member")) return null;
  return <ButtonLink href={`/organizations/${id}/invitations`}>Invitations</ButtonLink>;
}
