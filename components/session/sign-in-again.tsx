import { SignInForm } from "@/components/session/sign-in-form";
import type { ButtonStyle } from "@/components/ui/controls/button-class";
import { SubmitButton } from "@/components/ui/controls/submit-button";

interface SignInAgainProps extends ButtonStyle {
  /** The page to come back to, with its query. */
  path: string;
}

/**
 * A new authorization request, from which on Logto grants what the user gained since the last one
 * (logto-facts "Tokens"); roles and memberships come with it at once. Logto asks for no password
 * while its own session lives.
 */
export function SignInAgain({ path, ...style }: SignInAgainProps) {
  return (
    <SignInForm callbackUrl={path}>
      <SubmitButton {...style}>Sign in again to get new permissions</SubmitButton>
    </SignInForm>
  );
}
