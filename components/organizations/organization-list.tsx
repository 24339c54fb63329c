import type { ReactNode } from "react";
import { membershipsOf } from "@/components/organizations/memberships";
import { OrganizationRows, Row, Rows } from "@/components/organizations/organization-rows";
import { SessionErrorMessage } from "@/components/session/session-error";
import { EmptyState } from "@/components/ui/empty-state";
import { Skeleton } from "@/components/ui/skeleton";
import { getUserinfo } from "@/lib/session/userinfo";
import { redirectIfSignedOut } from "@/lib/session/guards";
import { isSessionError } from "@/lib/session/model/errors";
import type { SessionUser } from "@/lib/session/model/public-session";

/** The user's organizations. If userinfo fails, lists the ids that the session has. */
export async function OrganizationList({ user }: { user: SessionUser }) {
  const userinfo = await getUserinfo().catch(redirectIfSignedOut);
  const failed = isSessionError(userinfo);
  const memberships = membershipsOf(user, failed ? undefined : userinfo);
  return (
    <div className="space-y-6">
      {failed && (
        <SessionErrorMessage
          layout="alert"
          title="The names could not be loaded"
          code={userinfo.code}
          path="/organizations"
        />
      )}
      {memberships.length > 0 && (
        <Frame>
          <OrganizationRows memberships={memberships} />
        </Frame>
      )}
      {memberships.length === 0 && !failed && (
        <EmptyState title="No organizations">
          You are not a member of an organization yet. Memberships are managed in Logto, under
          Organizations.
        </EmptyState>
      )}
    </div>
  );
}

/** Placeholder for `OrganizationList`, with as many rows as the session has organizations. */
export function OrganizationListSkeleton({ rows }: { rows: number }) {
  return (
    <div role="status">
      <span className="sr-only">Loading the organizations</span>
      <div aria-hidden="true">
        <Frame>
          <Rows>
            {Array.from({ length: Math.max(rows, 1) }, (_, index) => (
              <Row key={index}>
                <div>
                  <Skeleton className="mt-0.5 h-4 w-28" />
                  <Skeleton className="mt-1.5 mb-0.5 h-4 w-44" />
                </div>
                <Skeleton className="h-6 w-16 rounded-full" />
              </Row>
            ))}
          </Rows>
        </Frame>
      </div>
      <noscript>
        <p className="mt-4 text-muted">
          The names load after the page and need JavaScript. The dashboard has a link to each
          organization.
        </p>
      </noscript>
    </div>
  );
}

function Frame({ children }: { children: ReactNode }) {
  return (
    <div className="overflow-hidden rounded-lg border border-border bg-surface">{children}</div>
  );
}
