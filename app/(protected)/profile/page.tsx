import type { Metadata } from "next";
import { Suspense } from "react";
import { ClaimsTable } from "@/components/profile/claims-table";
import { Main } from "@/components/layout/main";
import { protectedPage } from "@/components/session/protected-page";
import { Card } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
import { UserinfoClaims, UserinfoClaimsSkeleton } from "@/components/profile/userinfo-claims";
import { getIdTokenClaims } from "@/lib/session/userinfo";

export const metadata: Metadata = { title: "Profile" };

export default protectedPage({}, async () => {
  const claims = await getIdTokenClaims();
  return (
    <Main className="py-8 sm:py-10">
      <PageHeader
        title="Profile"
        description="Every claim that Logto makes about you, with the scope that it belongs to."
      />
      <div className="space-y-6">
        <Card
          flush
          title="From the id_token"
          description="Received at sign-in and stored in the session."
        >
          <ClaimsTable caption="Claims of the id_token" claims={claims} />
        </Card>
        <Card
          flush
          title="Only from userinfo"
          description="Returned by Logto's userinfo endpoint, /oidc/me."
        >
          <Suspense fallback={<UserinfoClaimsSkeleton />}>
            <UserinfoClaims idTokenClaims={claims} />
          </Suspense>
        </Card>
      </div>
    </Main>
  );
});
