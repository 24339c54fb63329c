import type { Metadata } from "next";
import { Suspense } from "react";
import { Main } from "@/components/layout/main";
import { protectedPage } from "@/components/session/protected-page";
import { SignInForPermissions } from "@/components/session/sign-in-for-permissions";
import { ResourceAccess } from "@/components/api-access/resource-access";
import { TokenDetailsSkeleton } from "@/components/api-access/token-details";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { apiResources } from "@/lib/env";

export const metadata: Metadata = { title: "API access" };

export default protectedPage({}, async () => {
  const resources = apiResources();
  return (
    <Main className="py-8 sm:py-10">
      <PageHeader
        title="API access"
        description="What this server may do for you at each API. The access tokens never leave the server."
      />
      {resources.length === 0 ? (
        <EmptyState title="No API resources">
          Register one in Logto, set LOGTO_RESOURCES to its indicator and add its permissions to
          LOGTO_SCOPES; then sign out and in again.
        </EmptyState>
      ) : (
        <>
          <div className="grid items-start gap-4 lg:grid-cols-2">
            {resources.map((resource) => (
              <Card key={resource} title={resource} className="wrap-anywhere">
                <Suspense fallback={<TokenDetailsSkeleton />}>
                  <ResourceAccess resource={resource} />
                </Suspense>
              </Card>
            ))}
          </div>
          <p className="mt-6 mb-3 text-muted">
            Sign in again to get permissions that were added since you signed in. You need no
            password while you are still signed in at Logto.
          </p>
          <SignInForPermissions path="/api-access" />
        </>
      )}
    </Main>
  );
});
