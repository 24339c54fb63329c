import type { ReactNode } from "react";
import { ReloadOnRestore } from "@/components/session/reload-on-restore";
import { SiteHeader } from "@/components/layout/site-header";

/**
 * Pages on the way in: nothing but the way in. Restored from the back-forward cache, a form would
 * still be "sending".
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
