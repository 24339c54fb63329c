import Link from "next/link";
import type { ReactNode } from "react";
import { Logo } from "@/components/layout/logo";
import { publicPages } from "@/components/layout/site";

interface SiteHeaderProps {
  /** Shown at the right end: the user menu or a link to sign in. */
  end?: ReactNode;
  /** A second row of page links, for signed-in pages. */
  nav?: ReactNode;
}

/**
 * The header of every page. Its height is fixed and it reserves space for `end`, so nothing moves
 * when the user menu loads.
 */
export function SiteHeader({ end, nav }: SiteHeaderProps) {
  return (
    <header className="border-b border-border bg-surface">
      <div className="page-width flex h-14 items-center justify-between gap-4">
        <Logo />
        <div className="flex items-center gap-4 sm:gap-5">
          {publicPages.map(({ href, label }) => (
            <Link
              key={href}
              href={href}
              prefetch={false}
              className="rounded-sm text-muted transition-colors hover:text-ink"
            >
              {label}
            </Link>
          ))}
          {end && <div className="flex min-h-8 min-w-18 items-center justify-end">{end}</div>}
        </div>
      </div>
      {nav}
    </header>
  );
}
