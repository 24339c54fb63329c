import type { ReactNode } from "react";
import { displayedUser } from "@/components/session/displayed-user";
import { NotAllowed } from "@/components/session/not-allowed";
import { SessionErrorPage } from "@/components/session/session-error-page";
import { sessionMessages } from "@/components/session/session-errors";
import { auth } from "@/auth";
import { redirectIfSignedOut, requestedPath, requireSession } from "@/lib/session/guards";
import { asSessionError, type SessionError } from "@/lib/session/model/errors";
import type { Requirement } from "@/lib/session/model/requirement";
import type { PublicSession } from "@/lib/session/model/public-session";

/**
 * A page for signed-in people: guard and page in one. Signed out, the browser is sent to sign in
 * and back, by a real redirect. Where the user may not see the page, or something of the session
 * can't be had now, the page says so: at the same address, and readable without JavaScript, which
 * Next.js's `error.tsx` is not.
 *
 * @param requirement what the session has to meet, `{}` for any session; or a function of the
 *   page's props
 * @param render the page; gets the props and the session. A SessionError that it throws is drawn as
 *   that of the guard
 * @example export default protectedPage({ role: "admin" }, async ({ session }) => <h1>Hello
 *   {session.user.name}</h1>);
 */
export function protectedPage<Props extends object>(
  requirement: Requirement | ((props: Props) => Promise<Requirement>),
  render: (props: Props & { session: PublicSession }) => Promise<ReactNode>,
): (props: Props) => Promise<ReactNode> {
  return async function ProtectedPage(props) {
    try {
      const wanted = typeof requirement === "function" ? await requirement(props) : requirement;
      const session = await requireSession(wanted);
      return await render({ ...props, session });
    } catch (error) {
      return renderError(asSessionError(error));
    }
  };
}

async function renderError(error: SessionError): Promise<ReactNode> {
  await redirectIfSignedOut(error);
  const { code, status } = error;
  const session = status === 403 && code !== "sign_in_again" ? await auth() : null;
  const path = await requestedPath();
  if (!session) return <SessionErrorPage code={code} path={path} />;
  return (
    <NotAllowed user={displayedUser(session.user)} path={path}>
      <p>{sessionMessages[code].text}</p>
    </NotAllowed>
  );
}
