import type { Metadata } from "next";
import type { ReactNode } from "react";
import { displayedUser } from "@/components/displayed-user";
import { PageTabs } from "@/components/page-tabs";
import { ReloadOnRestore } from "@/components/reload-on-restore";
import { SessionErrorPage } from "@/components/session-error-page";
import { SiteHeader } from "@/components/site-header";
import { UserMenu } from "@/components/user-menu";
import { asSessionError, SessionError } from "@/lib/session/errors";
import { getSession } from "@/lib/session/guards";

export const metadata: Metadata = { robots: { index: false } };

/** Draws the frame and guards nothing: Next.js keeps a layout across navigations. Each page calls its own guard. */
export default async function ProtectedLayout({ children }: { children: ReactNode }) {
  const session = await getSession().catch(asSessionError);
  // The page throws the same error. Drawn here, in the page's place, it can be read without JavaScript, too.
  if (session instanceof SessionError) {
    return (
      <>
        <SiteHeader nav={<PageTabs />} />
        <SessionErrorPage code={session.code} />
      </>
    );
  }
  return (
    <>
      <SiteHeader end={session && <UserMenu user={displayedUser(session.user)} />} nav={<PageTabs />} />
      {children}
      <ReloadOnRestore />
    </>
  );
}
