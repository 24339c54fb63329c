import type { Metadata } from "next";
import { AccountCard } from "@/components/profile/account-card";
import { LogtoAccountCard } from "@/components/account/logto-account-card";
import { Main } from "@/components/layout/main";
import { NeedsDatabase } from "@/components/account/needs-database";
import { PageError } from "@/components/session/session-error";
import { protectedPage } from "@/components/session/protected-page";
import { SignInForm } from "@/components/session/sign-in-form";
import { ButtonLink } from "@/components/ui/controls/button";
import { Card } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
import { SubmitButton } from "@/components/ui/controls/submit-button";
import { appUrl } from "@/lib/app-url";
import { hasDatabase } from "@/lib/database/client";
import { env } from "@/lib/env";
import { freshSignIn } from "@/lib/session/model/fresh-sign-in";

export const metadata: Metadata = { title: "Account" };

export default protectedPage<PageProps<"/account">>({}, async ({ searchParams, session }) => {
  const { user } = session;
  const { error } = await searchParams;
  return (
    <Main className="py-8 sm:py-10">
      <PageHeader
        title="Account"
        description="Your profile, your Logto account and your sessions."
      />
      <div className="space-y-4">
        {typeof error === "string" && <PageError code={error} path="/account" />}
        <div className="grid items-start gap-4 lg:grid-cols-[1.4fr_1fr]">
          <AccountCard user={user} title="Profile" />
          <div className="grid gap-4">
            <LogtoAccountCard
              endpoint={env().AUTH_LOGTO_ISSUER.replace(/\/oidc$/, "")}
              returnUrl={(await appUrl("/account")).href}
            />
            <Card title="Sessions" description="The browsers in which you are signed in.">
              <ButtonLink href="/account/sessions" size="small">
                See your sessions
              </ButtonLink>
            </Card>
          </div>
        </div>
        {hasDatabase() ? (
          <Card title="Delete my account">
            <p className="max-w-prose leading-6 text-muted">
              Deletes what this site stores about you: your user and all of its sessions. Your
              account at Logto stays: you can delete it only on Logto&apos;s own pages, or ask its
              administrator to. You will be asked to sign in again first.
            </p>
            <SignInForm callbackUrl="/account/delete" parameters={freshSignIn} className="mt-5">
              <SubmitButton variant="danger" size="small">
                Delete my account
              </SubmitButton>
            </SignInForm>
          </Card>
        ) : (
          <NeedsDatabase>
            To list your sessions and to delete your account here, this site needs a database.
          </NeedsDatabase>
        )}
      </div>
    </Main>
  );
});
