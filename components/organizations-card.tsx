import Link from "next/link";
import { membershipsOf } from "@/components/memberships";
import { RoleBadges } from "@/components/role-badges";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import type { SessionUser } from "@/lib/session/session";

/** Which organizations the user is a member of, and as what. The session knows their ids; their page has the names. */
export function OrganizationsCard({ user }: { user: SessionUser }) {
  const memberships = membershipsOf(user);
  return (
    <Card title="Organizations">
      {memberships.length === 0 ? (
        <EmptyState title="No organizations">
          You are a member of none yet. Memberships are managed at Logto.
        </EmptyState>
      ) : (
        <ul className="divide-y divide-border border-t border-border">
          {memberships.map(({ id, roles }) => (
            <li
              key={id}
              className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 py-2.5 last:pb-0"
            >
              <Link
                href={`/organizations/${id}`}
                prefetch={false}
                className="font-mono text-[0.8125rem] wrap-anywhere underline decoration-border-strong underline-offset-4 hover:decoration-current"
              >
                {id}
              </Link>
              <RoleBadges roles={roles} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
