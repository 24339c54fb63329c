/**
 * The product's name and description, for the header and the pages' metadata. Change them first in
 * your clone.
 */
export const site = {
  name: "Next Logto Starter",
  /** Of its pages: BCP 47. */
  language: "en",
  description:
    "A Next.js starter with Auth.js and Logto: sign-in, protected pages and sign-out that already work.",
};

export interface SitePage {
  href: string;
  label: string;
}

/** The pages for signed-in users, in the order of the tabs and the user menu. */
export const signedInPages: SitePage[] = [
  { href: "/dashboard", label: "Dashboard" },
  { href: "/profile", label: "Profile" },
  { href: "/organizations", label: "Organizations" },
  { href: "/api-access", label: "API access" },
  { href: "/account", label: "Account" },
];

/** Pages that need no session. */
export const publicPages: SitePage[] = [
  // Every header links to these.
  { href: "/examples", label: "Examples" },
];

/** The `aria-current` of a link to a page: "page" on that page, "true" on a page below it. */
export function currentMark(href: string, pathname: string): "page" | "true" | undefined {
  if (pathname === href) return "page";
  return pathname.startsWith(`${href}/`) ? "true" : undefined;
}
