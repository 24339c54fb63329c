import type { ReactNode } from "react";

/**
 * Where forms for signing in go. It is Auth.js's own route, so it also works without JavaScript and
 * in a tab that is older than the running build, whose server actions would be unknown.
 *
 * @param parameters of the authorization request, such as `first_screen`
 */
export const signInRoute = (parameters: Record<string, string> = {}): string =>
  `/api/auth/signin/logto?${new URLSearchParams(parameters).toString()}`.replace(/\?$/, "");

interface SignInFormProps {
  /** Where to come back to; a path of ours. */
  callbackUrl: string;
  /** Of the authorization request. */
  parameters?: Record<string, string>;
  className?: string;
  /** The button. */
  children: ReactNode;
}

/** Sends the browser to Logto and back. */
export function SignInForm({ callbackUrl, parameters, className, children }: SignInFormProps) {
  return (
    <form method="post" action={signInRoute(parameters)} className={className}>
      <input type="hidden" name="callbackUrl" value={callbackUrl} />
      {children}
    </form>
  );
}
