import Link from "next/link";
import { site } from "@/components/layout/site";

/** The logo and the site's name, as a link to the start page. */
export function Logo() {
  return (
    <Link
      href="/"
      prefetch={false}
      className="-ml-1 flex items-center gap-2.5 rounded-md p-1 font-semibold tracking-tight"
    >
      <svg
        viewBox="0 0 24 24"
        fill="none"
        strokeWidth="2"
        strokeLinecap="round"
        className="size-6"
        aria-hidden="true"
      >
        <rect width="24" height="24" rx="6" className="fill-ink" />
        <path d="M14.6 7.1a5.5 5.5 0 1 0 0 9.8M12 12h6.5" className="stroke-on-ink" />
        <circle cx="12" cy="12" r="2" className="fill-accent" />
      </svg>
      <span className="text-sm">{site.name}</span>
    </Link>
  );
}
