import { Badge } from "@/components/ui/badge";
import { Card, CardLink } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";

/** The user's roles, by which guards decide. */
export function RolesCard({ roles }: { roles: string[] }) {
  return (
    <Card
      title="Roles"
      description="Given at Logto; they decide what you may do here."
      action={<CardLink href="/api-access">Permissions</CardLink>}
    >
      {roles.length === 0 ? (
        <EmptyState title="No roles">
          An administrator assigns roles at Logto, under User management.
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
