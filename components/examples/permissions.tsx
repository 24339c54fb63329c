"use client";

import { getSession, useSession } from "next-auth/react";
import type { ReactNode } from "react";
import { displayName } from "@/components/session/displayed-user";
import { useResponse, type HandlerResponse } from "@/components/examples/use-response";
import { isSessionErrorCode, sessionErrors } from "@/lib/session/model/error-messages";
import { SignInForPermissions } from "@/components/session/sign-in-for-permissions";
import { Alert } from "@/components/ui/alert";
import { Badge } from "@/components/ui/badge";
import { Button, ButtonLink } from "@/components/ui/controls/button";
import { Card } from "@/components/ui/card";
import { Detail, DetailList } from "@/components/ui/detail-list";
import { Skeleton } from "@/components/ui/skeleton";
import { Timestamp } from "@/components/ui/timestamp";
import { signInPath } from "@/lib/session/model/callback-url";

/**
 * Shows who is signed in, from `useSession`, and the response of a protected handler. The handler's
 * status decides: next-auth treats an outage as "signed out", the handler tells the two apart.
 */
export function Permissions() {
  const { data: session, status } = useSession();
  const [response, refetch] = useResponse("/api/examples/permission", session?.user.id);
  const tryAgain = () => {
    refetch();
    // As in refetch-session.tsx, not `update`, after which the interval would not start again.
    if (!session) void getSession();
  };
  if (response ? response.status === 401 : status === "unauthenticated") return <SignedOut />;
  return (
    <Card title={session ? `Signed in as ${displayName(session.user)}` : "Your session"}>
      <DetailList>
        <Detail term="Signed in until">
          {session ? <Timestamp value={session.expires} /> : <Loading />}
        </Detail>
        <Detail term="API permissions">
          {response?.status === 200 ? (
            <Scopes body={response.body} />
          ) : response ? (
            "unknown"
          ) : (
            <Loading />
          )}
        </Detail>
      </DetailList>
      {response && response.status !== 200 && <Failure response={response} tryAgain={tryAgain} />}
    </Card>
  );
}

const Loading = () => (
  <span role="status">
    <span className="sr-only">Loading</span>
    <Skeleton className="h-5 w-40" />
  </span>
);

function SignedOut() {
  return (
    <Alert
      tone="info"
      title="You are signed out"
      action={
        <ButtonLink href={signInPath("/examples/client")} size="small">
          Sign in
        </ButtonLink>
      }
    >
      You signed out, here or in another tab, or the session has ended. What it protected is no
      longer on this page.
    </Alert>
  );
}

/** Reads a property of a response body, whose type is not known. */
function property(body: unknown, name: string): unknown {
  return typeof body === "object" && body !== null ? Reflect.get(body, name) : undefined;
}

function Scopes({ body }: { body: unknown }): ReactNode {
  const scopes = property(body, "scopes");
  return (
    <span className="flex flex-wrap justify-end gap-1.5">
      {Array.isArray(scopes) &&
        scopes.map((scope) => (
          <Badge key={String(scope)} mono>
            {String(scope)}
          </Badge>
        ))}
    </span>
  );
}

const unreachable = {
  tone: "warning",
  title: "This site can't be reached",
  text: "Perhaps you are offline. You are still signed in; wait a moment and try again.",
} as const;

function Failure({ response, tryAgain }: { response: HandlerResponse; tryAgain: () => void }) {
  const code = property(response.body, "error");
  const message =
    typeof code === "string" && isSessionErrorCode(code) ? sessionErrors[code] : unreachable;
  return (
    <div className="mt-5">
      <Alert
        tone={message.tone}
        title={message.title}
        action={
          response.status === 403 ? (
            <SignInForPermissions path="/examples/client" size="small" />
          ) : (
            // 404: no API is configured, so trying again can't help.
            response.status !== 404 && (
              <Button size="small" onClick={tryAgain}>
                Try again
              </Button>
            )
          )
        }
      >
        {message.text}
      </Alert>
    </div>
  );
}
