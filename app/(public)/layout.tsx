import type { ReactNode } from "react";
import { SiteHeader } from "@/components/layout/site-header";
import { UserIsland } from "@/components/layout/user-island";

/** The frame of the public pages: static, except for the user island in the header. */
export default function PublicLayout({ children }: { children: ReactNode }) {
  return (
    <>
      <SiteHeader end={<UserIsland />} />
      {children}
    </>
  );
}
