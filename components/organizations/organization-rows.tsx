import Link from "next/link";
import type { ReactNode } from "react";
import type { Membership } from "@/components/organizations/memberships";
import { RoleBadges } from "@/components/organizations/role-badges";

/** A list of links to the organizations' pages. Shows the id where the name is unknown. */
export function OrganizationRows({ memberships }: { memberships: Membership[] }) {
  return (
    <Rows>
      {memberships.map(({ id, name, description, roles }) => (
        <Row key={id}>
          <div className="min-w-0">
            <Link
              href={`/organizations/${id}`}
              prefetch={false}
              // Makes the whole row clickable.
              className="font-medium wrap-anywhere -outline-offset-2 after:absolute after:inset-0"
            >
              {name ?? <code className="font-mono text-[0.8125rem] font-normal">{id}</code>}
            </Link>
            {description && <p className="mt-0.5 text-muted wrap-anywhere">{description}</p>}
          </div>
          <span className="flex items-center gap-3">
            <RoleBadges roles={roles} />
            <svg
              viewBox="0 0 16 16"
              fill="none"
              strokeWidth="1.5"
              className="size-4 text-muted"
              aria-hidden="true"
            >
              <path
                d="m6 3.5 4.5 4.5L6 12.5"
                strokeLinecap="round"
                strokeLinejoin="round"
                className="stroke-current"
              />
            </svg>
          </span>
        </Row>
      ))}
    </Rows>
  );
}

export function Rows({ children }: { children: ReactNode }) {
  return <ul className="divide-y divide-border">{children}</ul>;
}

export function Row({ children }: { children: ReactNode }) {
  return (
    <li className="relative flex flex-wrap items-center justify-between gap-x-6 gap-y-2 px-5 py-4 hover:bg-subtle">
      {children}
    </li>
  );
}
