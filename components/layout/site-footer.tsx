import { ThemeSwitch } from "@/components/layout/theme-switch";

/** The footer of every page. */
export function SiteFooter() {
  return (
    <footer className="border-t border-border">
      <div className="page-width flex flex-wrap items-center justify-between gap-x-8 gap-y-4 py-5">
        <p className="text-xs text-muted">
          Open source under the MIT licence. Built on Next.js, Auth.js and Logto; not affiliated
          with any of them.
        </p>
        <ThemeSwitch />
      </div>
    </footer>
  );
}
