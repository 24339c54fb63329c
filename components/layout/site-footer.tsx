import { ThemeSwitch } from "@/components/layout/theme-switch";

/** The foot of every page. */
export function SiteFooter() {
  return (
    <footer className="border-t border-border">
      <div className="page-width flex flex-wrap items-center justify-between gap-x-8 gap-y-4 py-5">
        <p className="text-xs text-muted">
          Open source under the MIT licence. Built on Next.js, Auth.js and Logto; made by none of
          them.
        </p>
        <ThemeSwitch />
      </div>
    </footer>
  );
}
