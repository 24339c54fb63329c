import type { ReactNode } from "react";
import { ClaimValue } from "@/components/profile/claim-value";
import { Badge } from "@/components/ui/badge";
import { Skeleton } from "@/components/ui/skeleton";
import { Table, TableCell, TableRow } from "@/components/ui/table";
import { claimScopes } from "@/lib/logto/claims";

const columns = ["Claim", "Value", "Scope"];

/** Claims, one per row, each with the scope that it belongs to. */
export function ClaimsTable({
  caption,
  claims,
}: {
  caption: string;
  claims: Record<string, unknown>;
}) {
  return (
    <Table caption={caption} columns={columns}>
      {Object.entries(claims).map(([claim, value]) => (
        <Row
          key={claim}
          claim={<code className="font-mono text-[0.8125rem] text-muted sm:text-ink">{claim}</code>}
          value={<ClaimValue claim={claim} value={value} />}
          scope={
            claimScopes[claim] ? (
              <Badge mono>{breakable(claimScopes[claim])}</Badge>
            ) : (
              <span className="text-muted">no scope known</span>
            )
          }
        />
      ))}
    </Table>
  );
}

/** A `ClaimsTable` that is still loading. */
export function ClaimsTableSkeleton({ rows }: { rows: number }) {
  return (
    <Table caption="" columns={columns}>
      {Array.from({ length: rows }, (_, index) => (
        <Row
          key={index}
          claim={<Skeleton className="h-5 w-28" />}
          value={<Skeleton className="h-5 w-52 max-w-full" />}
          scope={<Skeleton className="ml-auto h-6 w-24 sm:ml-0" />}
        />
      ))}
    </Table>
  );
}

function Row({ claim, value, scope }: { claim: ReactNode; value: ReactNode; scope: ReactNode }) {
  return (
    <TableRow>
      <TableCell header className="sm:w-56">
        {claim}
      </TableCell>
      <TableCell>{value}</TableCell>
      <TableCell corner className="sm:w-56 lg:w-80">
        {scope}
      </TableCell>
    </TableRow>
  );
}

/** Lets a long scope wrap before its last part. */
function breakable(scope: string) {
  const end = scope.lastIndexOf(":") + 1;
  return (
    <>
      {scope.slice(0, end)}
      <wbr />
      {scope.slice(end)}
    </>
  );
}
