import type { Metadata } from "next";
import { Suspense } from "react";
import { Main } from "@/components/layout/main";
import {
  OrganizationList,
  OrganizationListSkeleton,
} from "@/components/organizations/organization-list";
import { protectedPage } from "@/components/session/protected-page";
import { PageHeader } from "@/components/ui/page-header";

export const metadata: Metadata = { title: "Organizations" };

export default protectedPage({}, async ({ session }) => {
  const { user } = session;
  return (
    <Main className="py-8 sm:py-10">
      <PageHeader title="Organizations" description="Your organizations and your roles in them." />
      <Suspense fallback={<OrganizationListSkeleton rows={user.organizations.length} />}>
        <OrganizationList user={user} />
      </Suspense>
    </Main>
  );
});
