import type { ReactNode } from "react";
import { Badge } from "@/components/ui/badge";
import { Detail, DetailList } from "@/components/ui/detail-list";
import { Skeleton } from "@/components/ui/skeleton";
import { Timestamp } from "@/components/ui/timestamp";

interface TokenDetailsProps {
  /** Left out where the title says it. */
  audience?: ReactNode;
  scopes: string[];
  /** When it expires, in seconds since 1970, and its lifetime, in seconds. */
  expiresAt: number;
  expiresIn: number;
  /** Why no permission may be granted, as a sentence. */
  noPermissions: ReactNode;
}

/**
 * What an access token says about itself. Takes its parts, so that the token itself is never among
 * what gets drawn.
 */
export function TokenDetails({
  audience,
  scopes,
  expiresAt,
  expiresIn,
  noPermissions,
}: TokenDetailsProps) {
  return (
    <>
      <DetailList>
        {audience && (
          <Detail term="Audience">
            <code className="font-mono text-[0.8125rem] wrap-anywhere">{audience}</code>
          </Detail>
        )}
        <Detail term="Permissions">
          {scopes.length === 0 ? (
            <span className="text-muted">none</span>
          ) : (
            <ul className="flex flex-wrap justify-end gap-1.5">
              {scopes.map((scope) => (
                <li key={scope}>
                  <Badge mono>{scope}</Badge>
                </li>
              ))}
            </ul>
          )}
        </Detail>
        <Detail term="Issued">
          <Timestamp value={(expiresAt - expiresIn) * 1000} />
        </Detail>
        <Detail term="Expires">
          <Timestamp value={expiresAt * 1000} />
        </Detail>
      </DetailList>
      {scopes.length === 0 && <p className="mt-4 text-muted">{noPermissions}</p>}
    </>
  );
}

/** Details that are on their way. */
export function TokenDetailsSkeleton() {
  return (
    <div role="status">
      <span className="sr-only">Asking Logto for an access token</span>
      <div aria-hidden="true">
        <DetailList>
          {["Permissions", "Issued", "Expires"].map((term) => (
            <Detail key={term} term={term}>
              <Skeleton className="inline-block h-4 w-40 align-middle" />
            </Detail>
          ))}
        </DetailList>
      </div>
      <noscript>
        <p className="mt-4 text-muted">
          This is sent after the page and needs JavaScript to be shown.
        </p>
      </noscript>
    </div>
  );
}
