"use client";

import { usePathname } from "next/navigation";
import { displayName, type DisplayedUser } from "@/components/session/displayed-user";
import { currentMark, signedInPages } from "@/components/layout/site";
import { SignOutForm } from "@/components/session/sign-out-form";
import { Avatar } from "@/components/ui/avatar";
import { Menu, MenuLink } from "@/components/ui/controls/menu";
import { SubmitButton } from "@/components/ui/controls/submit-button";

/**
 * Shows who is signed in, with links to the user's pages and a sign-out button. On a phone it is
 * the navigation too, so its button has a menu icon.
 */
export function UserMenu({ user }: { user: DisplayedUser }) {
  const pathname = usePathname();
  const name = displayName(user);
  const detail = [user.email, user.username].find((text) => text && text !== name);
  return (
    <Menu
      button={
        <>
          <svg
            viewBox="0 0 16 16"
            strokeWidth="1.5"
            className="size-4 sm:hidden"
            aria-hidden="true"
          >
            <path d="M2 5h12M2 11h12" strokeLinecap="round" className="stroke-current" />
          </svg>
          <Avatar src={user.image} name={name} />
          <span className="sr-only">Account menu of {name}</span>
        </>
      }
      buttonClass="flex items-center gap-2 rounded-full ring-border-strong ring-offset-2 ring-offset-surface hover:ring-1 max-sm:border max-sm:border-border-strong max-sm:p-0.5 max-sm:pl-2.5"
    >
      <div className="px-3 py-2.5">
        <p className="truncate font-medium">{name}</p>
        {detail && <p className="truncate text-muted">{detail}</p>}
      </div>
      <nav aria-label="Your pages" className="border-y border-border py-1">
        <ul>
          {signedInPages.map(({ href, label }) => (
            <li key={href}>
              <MenuLink href={href} aria-current={currentMark(href, pathname)}>
                {label}
              </MenuLink>
            </li>
          ))}
        </ul>
      </nav>
      <SignOutForm className="pt-1">
        <SubmitButton variant="ghost" className="w-full justify-start px-3! -outline-offset-2">
          Sign out
        </SubmitButton>
      </SignOutForm>
    </Menu>
  );
}
