import type { ReactNode } from "react";
import { site } from "@/components/layout/site";
import type { SignInParameters } from "@/lib/session/model/sign-in-parameters";

/**
 * The route that sign-in forms post to. It is a route of Auth.js and not a server action, so it
 * works without JavaScript, and in a tab that is older than the running build: the server would not
 * know that tab's server actions.
 */
const signInRoute = "/api/auth/signin/logto";

interface SignInFormProps {
  /** The path on this site to return to. */
  callbackUrl: string;
  /** Parameters of the authorization request. */
  parameters?: SignInParameters;
  className?: string;
  /** The button. Its `name` and `value` may be a parameter, too. */
  children: ReactNode;
}

/** A form that sends the browser to Logto to sign in, and then back. */
export function SignInForm({ callbackUrl, parameters, className, children }: SignInFormProps) {
  const fields = {
    callbackUrl,
    // Logto's pages are in the language of this page.
    ui_locales: site.language,
    ...parameters,
  };
  return (
    <form method="post" action={signInRoute} className={className}>
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      {children}
    </form>
  );
}
