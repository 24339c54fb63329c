import type { Metadata } from "next";
import type { ReactNode } from "react";
import { displayedUser } from "@/components/session/displayed-user";
import { PageTabs } from "@/components/layout/page-tabs";
import { ReloadOnRestore } from "@/components/session/reload-on-restore";
import { SiteHeader } from "@/components/layout/site-header";
import { UserMenu } from "@/components/layout/user-menu";
import { asSessionError } from "@/lib/session/model/errors";
import { auth } from "@/auth";

export const metadata: Metadata = { robots: { index: false } };

/**
 * The frame of the signed-in pages. It guards nothing, because Next.js keeps a layout across
 * navigations. Each page has its own guard.
 */
export default async function ProtectedLayout({ children }: { children: ReactNode }) {
  // In an outage the page itself shows the error.
  const session = await auth().catch((error: unknown) => void asSessionError(error));
  return (
    <>
      <SiteHeader
        end={session && <UserMenu user={displayedUser(session.user)} />}
        nav={<PageTabs />}
      />
      {children}
      <ReloadOnRestore />
    </>
  );
}
