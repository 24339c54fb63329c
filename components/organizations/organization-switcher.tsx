import type { Membership } from "@/components/organizations/memberships";
import { buttonClass } from "@/components/ui/controls/button-class";
import { Menu, MenuLink } from "@/components/ui/controls/menu";

interface OrganizationSwitcherProps {
  memberships: Membership[];
  /** Id of the organization whose page is open. */
  current: string;
}

/**
 * Links from one organization's page to those of the others. The organization is always in the
 * address, so there is no "current organization" to store.
 */
export function OrganizationSwitcher({ memberships, current }: OrganizationSwitcherProps) {
  return (
    <Menu
      button={
        <>
          Switch organization
          <svg
            viewBox="0 0 16 16"
            fill="none"
            strokeWidth="1.5"
            className="size-4"
            aria-hidden="true"
          >
            <path
              d="m5 6 3-3 3 3M5 10l3 3 3-3"
              strokeLinecap="round"
              strokeLinejoin="round"
              className="stroke-current"
            />
          </svg>
        </>
      }
      buttonClass={buttonClass({})}
    >
      <nav aria-label="Your organizations">
        <ul>
          {memberships.map(({ id, name, roles }) => (
            <li key={id}>
              <MenuLink
                href={`/organizations/${id}`}
                aria-current={id === current ? "page" : undefined}
              >
                <span className="wrap-anywhere">{name ?? id}</span>
                <span className="text-muted">{roles.join(", ")}</span>
              </MenuLink>
            </li>
          ))}
          <li className="mt-1 border-t border-border pt-1">
            <MenuLink href="/organizations">All organizations</MenuLink>
          </li>
        </ul>
      </nav>
    </Menu>
  );
}
