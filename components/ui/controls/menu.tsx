"use client";

import Link from "next/link";
import { useId, useRef, type ComponentProps, type ReactNode } from "react";

interface MenuProps {
  /** The button's content. */
  button: ReactNode;
  buttonClass: string;
  /** Mostly `MenuLink`s. */
  children: ReactNode;
}

/**
 * A button that opens a menu below itself. The menu is a native popover, which opens and closes
 * without JavaScript.
 */
export function Menu({ button, buttonClass, children }: MenuProps) {
  const id = useId();
  const menu = useRef<HTMLDivElement>(null);
  return (
    <div className="menu">
      <button type="button" popoverTarget={id} className={`menu-button ${buttonClass}`}>
        {button}
      </button>
      <div
        ref={menu}
        id={id}
        popover="auto"
        // The layout stays mounted when the user follows a link, so the menu must be closed here.
        onClick={({ target }) => {
          if (target instanceof Element && target.closest("a")) menu.current?.hidePopover();
        }}
        className="menu-popover w-64 max-w-[calc(100vw-2*var(--page-gutter))] rounded-lg border border-border-strong bg-surface p-1 text-ink shadow-lg shadow-[#00000014]"
      >
        {children}
      </div>
    </div>
  );
}

/** One item of a `Menu`. */
export function MenuLink({ className = "", ...rest }: ComponentProps<typeof Link>) {
  return (
    <Link
      prefetch={false}
      {...rest}
      className={`flex items-center justify-between gap-4 rounded-md px-3 py-2 -outline-offset-2 hover:bg-subtle aria-[current]:bg-subtle aria-[current]:font-medium ${className}`}
    />
  );
}
