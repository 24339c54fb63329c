import type { ReactNode } from "react";
import { displayedUser } from "@/components/session/displayed-user";
import { SessionErrorMessage } from "@/components/session/session-error";
import { auth } from "@/auth";
import { redirectIfSignedOut, requestedPath, requireSession } from "@/lib/session/guards";
import type { Requirement } from "@/lib/session/model/requirement";
import type { PublicSession } from "@/lib/session/model/public-session";

/**
 * Guards a page. A visitor is redirected (307) to the sign-in page, which leads back. A user who is
 * not allowed to see the page is told so at the same address. An outage of the database, or of
 * Logto if the page needs it, is shown there too. All of that works without JavaScript, which
 * `error.tsx` of Next.js needs.
 *
 * @param requirement what the session must meet, `{}` for any session; or a function that derives
 *   it from the page's props
 * @param render the page. A SessionError that it throws is shown like one of the guard
 * @example
 * export default protectedPage({ role: "admin" }, async ({ session }) => (
 *   <h1>Hello {session.user.name}</h1>
 * ));
 */
export function protectedPage<Props extends object>(
  requirement: Requirement | ((props: Props) => Promise<Requirement>),
  render: (props: Props & { session: PublicSession }) => Promise<ReactNode>,
): (props: Props) => Promise<ReactNode> {
  return async function ProtectedPage(props) {
    try {
      const required = typeof requirement === "function" ? await requirement(props) : requirement;
      const session = await requireSession(required);
      return await render({ ...props, session });
    } catch (error) {
      return renderError(error);
    }
  };
}

async function renderError(thrown: unknown): Promise<ReactNode> {
  const { code, status, parameters } = await redirectIfSignedOut(thrown);
  const session = status === 403 ? await auth() : null;
  return (
    <SessionErrorMessage
      layout="page"
      code={code}
      path={await requestedPath()}
      parameters={parameters}
      {...(session && { user: displayedUser(session.user) })}
    />
  );
}
