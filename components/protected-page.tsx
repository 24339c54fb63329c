import type { ReactNode } from "react";
import { displayedUser } from "@/components/displayed-user";
import { NotAllowed } from "@/components/not-allowed";
import { SessionErrorPage } from "@/components/session-error-page";
import { sessionMessages } from "@/components/session-errors";
import { asSessionError, type SessionError } from "@/lib/session/errors";
import { getSession, requestedPath } from "@/lib/session/guards";

/**
 * A page that draws what its guards throw: that the user may not see it, or that something can't be had now. At the same
 * address, and readable without JavaScript, which Next.js's `error.tsx` is not.
 *
 * @param render the page; it calls a guard before anything else
 */
export function protectedPage<Props>(
  render: (props: Props) => Promise<ReactNode>,
): (props: Props) => Promise<ReactNode> {
  return async function ProtectedPage(props) {
    try {
      return await render(props);
    } catch (error) {
      return refused(asSessionError(error));
    }
  };
}

async function refused({ code, status }: SessionError): Promise<ReactNode> {
  const session = status === 403 && code !== "sign_in_again" ? await getSession() : null;
  if (!session) return <SessionErrorPage code={code} path={await requestedPath()} />;
  return (
    <NotAllowed user={displayedUser(session.user)}>
      <p>{sessionMessages[code].text}</p>
    </NotAllowed>
  );
}
