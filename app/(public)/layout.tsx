import type { ReactNode } from "react";
import { SiteHeader } from "@/components/layout/site-header";
import { UserIsland } from "@/components/layout/user-island";

/** Public pages: static, with the user as a small island in the header. */
export default function PublicLayout({ children }: { children: ReactNode }) {
  return (
    <>
      <SiteHeader end={<UserIsland />} />
      {children}
    </>
  );
}
