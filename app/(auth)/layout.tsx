import type { ReactNode } from "react";
import { ReloadOnRestore } from "@/components/session/reload-on-restore";
import { SiteHeader } from "@/components/layout/site-header";

/**
 * The frame of the sign-in pages, without a user menu. They reload when the browser restores them
 * from the back-forward cache, where a form would still be "sending".
 */
export default function AuthLayout({ children }: { children: ReactNode }) {
  return (
    <>
      <SiteHeader />
      {children}
      <ReloadOnRestore />
    </>
  );
}
