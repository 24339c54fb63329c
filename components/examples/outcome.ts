import { redirect } from "next/navigation";
import { isSignedOut, type SessionErrorCode } from "@/lib/session/model/error-messages";
import { asSessionError } from "@/lib/session/model/errors";

/** Why an action failed; null if it succeeded. */
export type Outcome = SessionErrorCode | null;

/**
 * Makes an action return an error's code, for the form to show. For a signed-out visitor the action
 * redirects to its page, whose guard then redirects to sign in. An error that an action throws
 * would be an empty page in a browser without JavaScript.
 *
 * @param page path of the form's page
 */
export const outcomeOn =
  (page: string) =>
  (action: (formData: FormData) => Promise<void>) =>
  async (_previous: Outcome, formData: FormData): Promise<Outcome> => {
    try {
      await action(formData);
      return null;
    } catch (error) {
      const { code } = asSessionError(error);
      if (isSignedOut(code)) redirect(page);
      return code;
    }
  };
