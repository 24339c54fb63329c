import Link from "next/link";
import type { ReactNode } from "react";
import { membershipsOf } from "@/components/memberships";
import { RoleBadges } from "@/components/role-badges";
import { SessionErrorAlert } from "@/components/session-error-alert";
import { EmptyState } from "@/components/ui/empty-state";
import { Skeleton } from "@/components/ui/skeleton";
import { getUserinfo } from "@/lib/session/claims";
import { asSessionError, SessionError } from "@/lib/session/errors";
import type { SessionUser } from "@/lib/session/session";

/** The user's organizations, each a link to its page. Without userinfo, by the ids that the session has. */
export async function OrganizationList({ user }: { user: SessionUser }) {
  const userinfo = await getUserinfo().catch(asSessionError);
  const failed = userinfo instanceof SessionError;
  const memberships = membershipsOf(user, failed ? undefined : userinfo);
  return (
    <div className="space-y-6">
      {failed && (
        <SessionErrorAlert title="The names could not be loaded" code={userinfo.code} path="/organizations" />
      )}
      {memberships.length > 0 && (
        <Frame>
          {memberships.map(({ id, name, description, roles }) => (
            <Row key={id}>
              <div className="min-w-0">
                <Link
                  href={`/organizations/${id}`}
                  prefetch={false}
                  // The whole row can be clicked.
                  className="font-medium wrap-anywhere -outline-offset-2 after:absolute after:inset-0"
                >
                  {name ?? <code className="font-mono text-[0.8125rem] font-normal">{id}</code>}
                </Link>
                {description && <p className="mt-0.5 text-muted wrap-anywhere">{description}</p>}
              </div>
              <span className="flex items-center gap-3">
                <RoleBadges roles={roles} />
                <Chevron />
              </span>
            </Row>
          ))}
        </Frame>
      )}
      {memberships.length === 0 && !failed && (
        <EmptyState title="No organizations">
          You are a member of none yet. Memberships are managed at Logto, under Organizations.
        </EmptyState>
      )}
    </div>
  );
}

/** The list that is on its way, with as many rows as the session knows of. */
export function OrganizationListSkeleton({ rows }: { rows: number }) {
  return (
    <div role="status">
      <span className="sr-only">Loading the organizations</span>
      <div aria-hidden="true">
        <Frame>
          {Array.from({ length: Math.max(rows, 1) }, (_, index) => (
            <Row key={index}>
              <div>
                <Skeleton className="mt-0.5 h-4 w-28" />
                <Skeleton className="mt-1.5 mb-0.5 h-4 w-44" />
              </div>
              <Skeleton className="h-6 w-16 rounded-full" />
            </Row>
          ))}
        </Frame>
      </div>
      <noscript>
        <p className="mt-4 text-muted">
          The names are sent after the page and need JavaScript to be shown. The dashboard has a link to each
          organization.
        </p>
      </noscript>
    </div>
  );
}

function Chevron() {
  return (
    <svg viewBox="0 0 16 16" fill="none" strokeWidth="1.5" className="size-4 text-muted" aria-hidden="true">
      <path
        d="m6 3.5 4.5 4.5L6 12.5"
        strokeLinecap="round"
        strokeLinejoin="round"
        className="stroke-current"
      />
    </svg>
  );
}

function Frame({ children }: { children: ReactNode }) {
  return <ul className="divide-y divide-border rounded-lg border border-border bg-surface">{children}</ul>;
}

function Row({ children }: { children: ReactNode }) {
  return (
    <li className="relative flex flex-wrap items-center justify-between gap-x-6 gap-y-2 px-5 py-4 first:rounded-t-lg last:rounded-b-lg hover:bg-subtle">
      {children}
    </li>
  );
}
