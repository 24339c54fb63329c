import type { ReactNode } from "react";

interface SignOutFormProps {
  className?: string;
  /** The button. */
  children: ReactNode;
}

/**
 * Ends the session here, its grant at Logto and, by way of the browser, Logto's own session. @see
 * signInRoute
 */
export function SignOutForm({ className, children }: SignOutFormProps) {
  return (
    <form method="post" action="/api/auth/signout" className={className}>
      {children}
    </form>
  );
}
