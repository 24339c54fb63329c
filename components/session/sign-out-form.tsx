import type { ReactNode } from "react";

interface SignOutFormProps {
  className?: string;
  /** The button. */
  children: ReactNode;
}

/**
 * Signs out: ends the session here, revokes its grant at Logto, and sends the browser to Logto to
 * end Logto's own session. Posts to a route of Auth.js for the same reasons as `SignInForm`.
 */
export function SignOutForm({ className, children }: SignOutFormProps) {
  return (
    <form method="post" action="/api/auth/signout" className={className}>
      {children}
    </form>
  );
}
