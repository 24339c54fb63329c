import type { Metadata } from "next";
import { MessagePage } from "@/components/layout/message-page";
import { SiteHeader } from "@/components/layout/site-header";
import { ButtonLink } from "@/components/ui/controls/button";
import { UserIsland } from "@/components/layout/user-island";

export const metadata: Metadata = { title: "Page not found" };

export default function NotFound() {
  return (
    <>
      <SiteHeader end={<UserIsland />} />
      <MessagePage
        kind="404"
        title="There is no page at this address"
        actions={
          <>
            <ButtonLink href="/" variant="primary">
              Go to the start page
            </ButtonLink>
            <ButtonLink href="/dashboard">Open the dashboard</ButtonLink>
          </>
        }
      >
        <p>The link may be old, or the address may have a typo.</p>
      </MessagePage>
    </>
  );
}
