import { Badge } from "@/components/ui/badge";

/** The user's roles in one organization. */
export function RoleBadges({ roles }: { roles: string[] }) {
  if (roles.length === 0) return <span className="text-muted">no role</span>;
  return (
    <span className="flex flex-wrap gap-1.5">
      {roles.map((role) => (
        <Badge key={role} tone="accent">
          {role}
        </Badge>
      ))}
    </span>
  );
}
