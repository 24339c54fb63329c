import type { ReactNode } from "react";
import { Badge } from "@/components/ui/badge";
import { Detail, DetailList } from "@/components/ui/detail-list";
import { Skeleton } from "@/components/ui/skeleton";
import { Timestamp } from "@/components/ui/timestamp";

interface TokenDetailsProps {
  /** Leave it out where the card's title already names it. */
  audience?: ReactNode;
  scopes: string[];
  /** When the token expires, in seconds since 1970. */
  expiresAt: number;
  /** The token's lifetime, in seconds. */
  expiresIn: number;
  /** Shown if there are no permissions: a sentence that gives the possible reasons. */
  noPermissions: ReactNode;
}

/**
 * Details of an access token. Takes them one by one, so that the token itself is never part of what
 * is rendered.
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

/** `TokenDetails` that are still loading. */
export function TokenDetailsSkeleton() {
  return (
    <div role="status">
      <span className="sr-only">Requesting an access token from Logto</span>
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
        <p className="mt-4 text-muted">These details load after the page and need JavaScript.</p>
      </noscript>
    </div>
  );
}
