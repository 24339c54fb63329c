import { MessagePage } from "@/components/layout/message-page";
import { SignInForm } from "@/components/session/sign-in-form";
import { SubmitButton } from "@/components/ui/controls/submit-button";
import type { SignInParameters } from "@/lib/session/model/sign-in-parameters";

/**
 * The sign-in page for a link with a one-time token, as an app sends it by e-mail. It names the
 * user and waits for a click, so that no link signs a browser in without its user knowing as whom.
 * It is shown to signed-in users, too: the link may be for another user.
 */
export function MagicLink({
  callbackUrl,
  ...parameters
}: SignInParameters & { callbackUrl: string }) {
  return (
    <MessagePage
      kind="Sign-in link"
      title="Sign in with this link"
      actions={
        <SignInForm callbackUrl={callbackUrl} parameters={parameters}>
          <SubmitButton variant="primary">Sign in as {parameters.login_hint}</SubmitButton>
        </SignInForm>
      }
    >
      <p>
        The link is for{" "}
        <strong className="font-medium wrap-anywhere text-ink">{parameters.login_hint}</strong>. It
        works once. If that is not you, do not use it.
      </p>
    </MessagePage>
  );
}
