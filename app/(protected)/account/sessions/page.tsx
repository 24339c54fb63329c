import type { Metadata } from "next";
import { headers } from "next/headers";
import { Main } from "@/components/layout/main";
import { NeedsDatabase } from "@/components/account/needs-database";
import { PageError } from "@/components/session/session-error";
import { protectedPage } from "@/components/session/protected-page";
import { SessionErrorMessage } from "@/components/session/session-error";
import { SessionList } from "@/components/account/session-list";
import { ButtonLink } from "@/components/ui/controls/button";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { SubmitButton } from "@/components/ui/controls/submit-button";
import { hasDatabase } from "@/lib/database/client";
import { usesRowStore } from "@/lib/env";
import { asSessionError, isSessionError } from "@/lib/session/model/errors";
import { listSessions } from "@/lib/session/sessions";
import { endAllSessions, endOtherSessions, endSession } from "../actions";

export const metadata: Metadata = { title: "Sessions" };

const path = "/account/sessions";

export default protectedPage<PageProps<"/account/sessions">>({}, async ({ searchParams }) => {
  const { error } = await searchParams;
  return (
    <Main className="py-8 sm:py-10">
      <PageHeader
        title="Sessions"
        description="Where you are signed in. Sign out any session that you don't recognize."
        actions={<ButtonLink href="/account">Your account</ButtonLink>}
      />
      <div className="space-y-6">
        {typeof error === "string" && <PageError code={error} path={path} />}
        {usesRowStore() ? <Sessions /> : <OnlyThisSession />}
      </div>
    </Main>
  );
});

async function Sessions() {
  const sessions = await listSessions().catch(asSessionError);
  if (isSessionError(sessions))
    return (
      <SessionErrorMessage
        layout="alert"
        title="The sessions could not be loaded"
        code={sessions.code}
        path={path}
      />
    );
  return (
    <>
      <SessionList sessions={sessions} revoke={endSession} />
      {sessions.length > 1 ? (
        <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
          <p className="text-muted">A session that you sign out here ends with its next request.</p>
          <form action={endOtherSessions}>
            <SubmitButton>Sign out all other sessions</SubmitButton>
          </form>
        </div>
      ) : (
        <EmptyState title="No other sessions">
          You are not signed in anywhere else. A sign-in in another browser would show here.
        </EmptyState>
      )}
      <Card title="Sign out everywhere">
        <p className="max-w-prose leading-6 text-muted">
          Ends every session in the list, this one included, and signs you out at Logto. Do this if
          you lost a device or someone else may know your password.
        </p>
        <form action={endAllSessions} className="mt-5">
          <SubmitButton variant="danger" size="small">
            Sign out everywhere
          </SubmitButton>
        </form>
      </Card>
    </>
  );
}

async function OnlyThisSession() {
  const userAgent = (await headers()).get("user-agent");
  return (
    <>
      <SessionList sessions={[{ id: "this", current: true, userAgent }]} revoke={endSession} />
      {hasDatabase() ? (
        <p className="text-muted">
          This site stores sessions only in the browser&apos;s cookie, so it can list no session but
          this one.
        </p>
      ) : (
        <NeedsDatabase>
          To list all of your sessions and to end them from here, this site needs a database.
        </NeedsDatabase>
      )}
    </>
  );
}
