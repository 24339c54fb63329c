import type { Metadata } from "next";
import { Suspense } from "react";
import { ClaimsTable } from "@/components/claims-table";
import { Main } from "@/components/main";
import { PageError } from "@/components/page-error";
import { protectedPage } from "@/components/protected-page";
import { Card } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
import { SubmitButton } from "@/components/ui/submit-button";
import { UserinfoClaims, UserinfoClaimsSkeleton } from "@/components/userinfo-claims";
import { getIdTokenClaims } from "@/lib/session/claims";
import { requireSession } from "@/lib/session/guards";
import { askLogtoAgain } from "./actions";

export const metadata: Metadata = { title: "Profile" };

export default protectedPage(async ({ searchParams }: PageProps<"/profile">) => {
  await requireSession();
  const { error } = await searchParams;
  const claims = await getIdTokenClaims();
  return (
    <Main className="py-8 sm:py-10">
      <PageHeader
        title="Profile"
        description="Every claim that Logto makes about you, and the scope that it comes with."
      />
      <div className="space-y-6">
        {typeof error === "string" && <PageError code={error} path="/profile" />}
        <Card flush title="From the id_token" description="Received at sign-in and kept in the session.">
          <ClaimsTable caption="Claims of the id_token" claims={claims} />
        </Card>
        <Card flush title="Only from userinfo" description="Answered by Logto's userinfo endpoint, /oidc/me.">
          <Suspense fallback={<UserinfoClaimsSkeleton />}>
            <UserinfoClaims idTokenClaims={claims} />
          </Suspense>
          <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-t border-border px-5 py-3.5">
            <p className="text-muted">The answer is kept for half a minute.</p>
            <form action={askLogtoAgain}>
              <SubmitButton size="small">Ask Logto again</SubmitButton>
            </form>
          </div>
        </Card>
      </div>
    </Main>
  );
});
