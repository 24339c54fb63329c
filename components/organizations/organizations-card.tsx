import { membershipsOf } from "@/components/organizations/memberships";
import { OrganizationRows } from "@/components/organizations/organization-rows";
import { Card, CardLink } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import type { SessionUser } from "@/lib/session/model/public-session";

/** The user's organizations as the session has them, so by their ids. */
export function OrganizationsCard({ user }: { user: SessionUser }) {
  const memberships = membershipsOf(user);
  return (
    <Card
      title="Organizations"
      flush={memberships.length > 0}
      action={<CardLink href="/organizations">See their names</CardLink>}
    >
      {memberships.length > 0 ? (
        <OrganizationRows memberships={memberships} />
      ) : (
        <EmptyState title="No organizations">
          You are not a member of an organization yet. Memberships are managed in Logto.
        </EmptyState>
      )}
    </Card>
  );
}
