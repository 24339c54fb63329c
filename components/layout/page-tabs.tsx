"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { currentMark, signedInPages } from "@/components/layout/site";

/** The signed-in pages as tabs under the header. On a phone they are only in the user menu. */
export function PageTabs() {
  const pathname = usePathname();
  return (
    <nav aria-label="Pages" className="page-width max-sm:hidden">
      <ul className="flex gap-6">
        {signedInPages.map(({ href, label }) => (
          <li key={href}>
            <Link
              href={href}
              prefetch={false}
              aria-current={currentMark(href, pathname)}
              className="block border-b-2 border-transparent pt-1.5 pb-2.5 whitespace-nowrap text-muted -outline-offset-2 transition-colors hover:text-ink aria-[current]:border-accent aria-[current]:text-ink"
            >
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
