import { Badge } from "@/components/ui/badge";
import { Card, CardLink } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";

/** The user's roles, which the guards check. */
export function RolesCard({ roles }: { roles: string[] }) {
  return (
    <Card
      title="Roles"
      description="Assigned in Logto. They decide what you may do here."
      action={<CardLink href="/api-access">Permissions</CardLink>}
    >
      {roles.length === 0 ? (
        <EmptyState title="No roles">
          An administrator assigns roles in Logto, under User management.
        </EmptyState>
      ) : (
        <ul className="flex flex-wrap gap-2">
          {roles.map((role) => (
            <li key={role}>
              <Badge tone="accent">{role}</Badge>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
