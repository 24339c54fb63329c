import { SubmitButton } from "@/components/ui/controls/submit-button";
import { env } from "@/lib/env";

/**
 * A button for each social connector in LOGTO_SOCIAL, within a sign-in form. It opens the provider
 * in place of Logto's first page.
 */
export function SocialButtons() {
  return env().LOGTO_SOCIAL.map(({ target, name }) => (
    <SubmitButton key={target} name="direct_sign_in" value={`social:${target}`}>
      Continue with {name}
    </SubmitButton>
  ));
}
