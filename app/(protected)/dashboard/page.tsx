import type { Metadata } from "next";
import { AccountCard } from "@/components/profile/account-card";
import { displayName } from "@/components/session/displayed-user";
import { Main } from "@/components/layout/main";
import { OrganizationsCard } from "@/components/organizations/organizations-card";
import { protectedPage } from "@/components/session/protected-page";
import { RolesCard } from "@/components/profile/roles-card";
import { SessionCard } from "@/components/profile/session-card";
import { ButtonLink } from "@/components/ui/controls/button";
import { CardLink } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
import { getSessionDetails } from "@/lib/session/userinfo";

export const metadata: Metadata = { title: "Dashboard" };

/** Shows only what is in the session, so it needs no request to Logto. */
export default protectedPage({}, async ({ session }) => {
  const { user, expires } = session;
  const { startedAt } = await getSessionDetails();
  return (
    <Main className="py-8 sm:py-10">
      <PageHeader
        title={`Welcome, ${displayName(user)}`}
        description="Who you are here, and what you may do."
        actions={<ButtonLink href="/profile">View profile</ButtonLink>}
      />
      <div className="grid items-start gap-4 md:grid-cols-2 lg:grid-cols-[1.4fr_1fr]">
        <div className="grid gap-4">
          <AccountCard user={user} action={<CardLink href="/account">Manage</CardLink>} />
          <OrganizationsCard user={user} />
        </div>
        <div className="grid gap-4">
          <SessionCard startedAt={startedAt} expires={expires} />
          <RolesCard roles={user.roles} />
        </div>
      </div>
    </Main>
  );
});
