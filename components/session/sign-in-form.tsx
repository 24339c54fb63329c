import type { ReactNode } from "react";

/**
 * The route that sign-in forms post to. It is a route of Auth.js and not a server action, so it
 * works without JavaScript, and in a tab that is older than the running build: the server would not
 * know that tab's server actions.
 *
 * @param parameters parameters of the authorization request, such as `first_screen`
 */
export const signInRoute = (parameters: Record<string, string> = {}): string =>
  `/api/auth/signin/logto?${new URLSearchParams(parameters).toString()}`.replace(/\?$/, "");

interface SignInFormProps {
  /** The path on this site to return to. */
  callbackUrl: string;
  /** Parameters of the authorization request. */
  parameters?: Record<string, string>;
  className?: string;
  /** The button. */
  children: ReactNode;
}

/** A form that sends the browser to Logto to sign in, and then back. */
export function SignInForm({ callbackUrl, parameters, className, children }: SignInFormProps) {
  return (
    <form method="post" action={signInRoute(parameters)} className={className}>
      <input type="hidden" name="callbackUrl" value={callbackUrl} />
      {children}
    </form>
  );
}
