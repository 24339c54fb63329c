import type { ReactNode } from "react";
import { describeDevice } from "@/components/account/device";
import { Badge } from "@/components/ui/badge";
import { SubmitButton } from "@/components/ui/controls/submit-button";
import { TimeAgo } from "@/components/ui/time-ago";
import { Timestamp } from "@/components/ui/timestamp";

interface ListedSession {
  id: string;
  current: boolean;
  /** The User-Agent header of its sign-in. */
  userAgent: string | null;
  /** Undefined where they are not stored: only the row store has them. */
  createdAt?: Date;
  lastSeenAt?: Date;
}

interface SessionListProps {
  sessions: ListedSession[];
  /** Ends the session that the form's field `id` names. */
  revoke: (formData: FormData) => Promise<void>;
}

/**
 * The user's sessions, each with a button to end it, except the current one: signing out ends that.
 */
export function SessionList({ sessions, revoke }: SessionListProps) {
  return (
    <ul className="divide-y divide-border rounded-lg border border-border bg-surface">
      {sessions.map((session) => {
        const { name, isMobile } = describeDevice(session.userAgent);
        return (
          <li key={session.id} className="flex items-start gap-4 px-5 py-4">
            <DeviceIcon isMobile={isMobile} />
            <div className="flex min-w-0 flex-1 flex-wrap items-center justify-between gap-x-6 gap-y-3">
              <div className="min-w-0">
                <p className="flex flex-wrap items-center gap-x-2 gap-y-1 font-medium">
                  {name}
                  {session.current && <Badge tone="accent">this session</Badge>}
                </p>
                <Times {...session} />
              </div>
              {!session.current && (
                <form action={revoke}>
                  <input type="hidden" name="id" value={session.id} />
                  <SubmitButton size="small">
                    Sign out<span className="sr-only"> {name}</span>
                  </SubmitButton>
                </form>
              )}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

function Times({ current, createdAt, lastSeenAt }: ListedSession) {
  const parts: ReactNode[] = [
    current
      ? "Active now"
      : lastSeenAt && (
          <>
            Last seen <TimeAgo value={lastSeenAt} />
          </>
        ),
    createdAt && (
      <>
        Signed in <Timestamp value={createdAt.toISOString()} />
      </>
    ),
  ];
  return (
    <p className="mt-0.5 flex flex-wrap gap-x-4 text-muted">
      {parts.map((part, index) => part && <span key={index}>{part}</span>)}
    </p>
  );
}

function DeviceIcon({ isMobile }: { isMobile: boolean }) {
  return (
    <span className="flex size-10 shrink-0 items-center justify-center rounded-md bg-subtle text-muted">
      <svg
        viewBox="0 0 20 20"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        className="size-5"
        aria-hidden="true"
      >
        {isMobile ? (
          <path d="M6.5 2.75h7a1 1 0 0 1 1 1v12.5a1 1 0 0 1-1 1h-7a1 1 0 0 1-1-1V3.75a1 1 0 0 1 1-1ZM9 14.75h2" />
        ) : (
          <path d="M3.75 3.75h12.5a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H3.75a1 1 0 0 1-1-1v-8a1 1 0 0 1 1-1ZM7 16.75h6M10 13.75v3" />
        )}
      </svg>
    </span>
  );
}
