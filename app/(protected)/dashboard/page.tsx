import type { Metadata } from "next";
import { AccountCard } from "@/components/account-card";
import { displayName } from "@/components/displayed-user";
import { Main } from "@/components/main";
import { OrganizationsCard } from "@/components/organizations-card";
import { protectedPage } from "@/components/protected-page";
import { RolesCard } from "@/components/roles-card";
import { SessionCard } from "@/components/session-card";
import { ButtonLink } from "@/components/ui/button";
import { PageHeader } from "@/components/ui/page-header";
import { requireSession } from "@/lib/session/guards";

export const metadata: Metadata = { title: "Dashboard" };

export default protectedPage(async () => {
  const { user, expires } = await requireSession();
  return (
    <Main className="py-8 sm:py-10">
      <PageHeader
        title={`Welcome, ${displayName(user)}`}
        description="Who you are here, and what you may do."
        actions={
          <ButtonLink href="/profile" prefetch={false}>
            View profile
          </ButtonLink>
        }
      />
      <div className="grid items-start gap-4 md:grid-cols-2 lg:grid-cols-[1.4fr_1fr]">
        <div className="grid gap-4">
          <AccountCard user={user} />
          <OrganizationsCard user={user} />
        </div>
        <div className="grid gap-4">
          <SessionCard expires={expires} />
          <RolesCard roles={user.roles} />
        </div>
      </div>
    </Main>
  );
});
