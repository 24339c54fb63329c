import { SignInForm } from "@/components/session/sign-in-form";
import type { ButtonStyle } from "@/components/ui/controls/button-class";
import { SubmitButton } from "@/components/ui/controls/submit-button";

interface SignInAgainProps extends ButtonStyle {
  /** The page to return to, with its query. */
  path: string;
}

/**
 * A button that starts a new authorization request. From then on, Logto also grants the permissions
 * that the user gained since the last one (logto-facts "Tokens"); roles and memberships are updated
 * at once. Logto asks for no password while its own session lasts.
 */
export function SignInForPermissions({ path, ...style }: SignInAgainProps) {
  return (
    <SignInForm callbackUrl={path}>
      <SubmitButton {...style}>Sign in again to get new permissions</SubmitButton>
    </SignInForm>
  );
}
