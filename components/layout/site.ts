/**
 * What the product is called, in the header and in every page's title. The first thing to change in
 * a clone.
 */
export const site = {
  name: "Next Logto Starter",
  description:
    "A Next.js starter with Auth.js and Logto: sign-in, protected pages and sign-out that already work.",
};

export interface SitePage {
  href: string;
  label: string;
}

/** The signed-in pages, in the order of the tabs and of the user menu. */
export const signedInPages: SitePage[] = [
  { href: "/dashboard", label: "Dashboard" },
  { href: "/profile", label: "Profile" },
  { href: "/organizations", label: "Organizations" },
  { href: "/api-access", label: "API access" },
  { href: "/account", label: "Account" },
];

/** Pages for everybody, in every header. */
export const publicPages: SitePage[] = [{ href: "/examples", label: "Examples" }];

/** `aria-current` of a link to a page: "page" on that page, "true" on one below it. */
export function currentMark(href: string, pathname: string): "page" | "true" | undefined {
  if (pathname === href) return "page";
  return pathname.startsWith(`${href}/`) ? "true" : undefined;
}
