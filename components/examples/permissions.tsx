"use client";

import { useSession } from "next-auth/react";
import type { ReactNode } from "react";
import { displayName } from "@/components/session/displayed-user";
import { useResponse, type Answer } from "@/components/examples/use-response";
import { isSessionErrorCode, sessionErrors } from "@/lib/session/model/error-messages";
import { SignInAgain } from "@/components/session/sign-in-again";
import { Alert } from "@/components/ui/alert";
import { Badge } from "@/components/ui/badge";
import { Button, ButtonLink } from "@/components/ui/controls/button";
import { Card } from "@/components/ui/card";
import { Detail, DetailList } from "@/components/ui/detail-list";
import { Skeleton } from "@/components/ui/skeleton";
import { Timestamp } from "@/components/ui/timestamp";
import { signInPath } from "@/lib/session/model/callback-url";

/**
 * Who is signed in, by `useSession`, and what a protected handler says to them. The handler has the
 * last word: next-auth takes an outage for "signed out", the handler tells the two apart.
 */
export function Permissions() {
  const { data: session, status, update } = useSession();
  const [answer, ask] = useResponse("/api/examples/permission", session?.user.id);
  const tryAgain = () => {
    ask();
    if (!session) void update();
  };
  if (answer ? answer.status === 401 : status === "unauthenticated") return <SignedOut />;
  return (
    <Card title={session ? `Signed in as ${displayName(session.user)}` : "Your session"}>
      <DetailList>
        <Detail term="Signed in until">
          {session ? <Timestamp value={session.expires} /> : <Waiting />}
        </Detail>
        <Detail term="You may, at the API">
          {answer?.status === 200 ? (
            <Scopes body={answer.body} />
          ) : answer ? (
            "not known"
          ) : (
            <Waiting />
          )}
        </Detail>
      </DetailList>
      {answer && answer.status !== 200 && <Refused answer={answer} tryAgain={tryAgain} />}
    </Card>
  );
}

const Waiting = () => (
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
      Here, in another tab, or because the session has ended. What it protected is gone from this
      page.
    </Alert>
  );
}

/** Reads what the handler answered as though it came from anywhere. */
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

function Refused({ answer, tryAgain }: { answer: Answer; tryAgain: () => void }) {
  const code = property(answer.body, "error");
  const known =
    typeof code === "string" && isSessionErrorCode(code) ? sessionErrors[code] : unreachable;
  return (
    <div className="mt-5">
      <Alert
        tone={known.tone}
        title={known.title}
        action={
          answer.status === 403 ? (
            <SignInAgain path="/examples/client" size="small" />
          ) : (
            // 404: nothing is configured.
            answer.status !== 404 && (
              <Button size="small" onClick={tryAgain}>
                Try again
              </Button>
            )
          )
        }
      >
        {known.text}
      </Alert>
    </div>
  );
}
