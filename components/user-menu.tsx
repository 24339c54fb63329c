"use client";

import Link from "next/link";
import { useId, useRef } from "react";
import { displayName, type DisplayedUser } from "@/components/displayed-user";
import { signedInPages } from "@/components/site";
import { Avatar } from "@/components/ui/avatar";
import { SubmitButton } from "@/components/ui/submit-button";
import { signOutAction } from "@/lib/session/actions";

/** Who is signed in, where they can go, and the way out. A native popover: opens, closes and signs out without JavaScript. */
export function UserMenu({ user }: { user: DisplayedUser }) {
  const id = useId();
  const menu = useRef<HTMLDivElement>(null);
  const name = displayName(user);
  const detail = [user.email, user.username].find((text) => text && text !== name);
  return (
    <>
      <button
        type="button"
        popoverTarget={id}
        className="rounded-full ring-border-strong ring-offset-2 ring-offset-surface hover:ring-1"
      >
        <Avatar src={user.image} name={name} />
        <span className="sr-only">Account menu of {name}</span>
      </button>
      <div
        ref={menu}
        id={id}
        popover="auto"
        className="header-popover w-64 max-w-[calc(100vw-2*var(--page-gutter))] rounded-lg border border-border-strong bg-surface p-1 text-ink shadow-lg shadow-[#00000014]"
      >
        <div className="px-3 py-2.5">
          <p className="truncate font-medium">{name}</p>
          {detail && <p className="truncate text-muted">{detail}</p>}
        </div>
        {/* The layout stays when a link is followed, so the menu has to be closed. */}
        <ul className="border-y border-border py-1" onClick={() => menu.current?.hidePopover()}>
          {signedInPages.map(({ href, label }) => (
            <li key={href}>
              <Link
                href={href}
                prefetch={false}
                className="block rounded-md px-3 py-2 -outline-offset-2 hover:bg-subtle"
              >
                {label}
              </Link>
            </li>
          ))}
        </ul>
        <form action={signOutAction} className="pt-1">
          <SubmitButton variant="ghost" className="w-full justify-start px-3! -outline-offset-2">
            Sign out
          </SubmitButton>
        </form>
      </div>
    </>
  );
}
