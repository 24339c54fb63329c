"use server";

import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { isSignedOut, type SessionErrorCode } from "@/lib/session/model/error-messages";
import { asSessionError } from "@/lib/session/model/errors";
import { actionWithSession } from "@/lib/session/guards";

/** Why an action failed; null if it succeeded. */
type Outcome = SessionErrorCode | null;

/** A cookie that the browser sends only to this page. */
const note = { name: "example-note", path: "/examples/action" };

/**
 * Makes an action return an error's code, for the form to show. For a signed-out visitor the action
 * redirects to its page, whose guard then redirects to sign in. An error that an action throws
 * would be an empty page in a browser without JavaScript.
 */
const withOutcome =
  (action: (formData: FormData) => Promise<void>) =>
  async (_previous: Outcome, formData: FormData): Promise<Outcome> => {
    try {
      await action(formData);
      return null;
    } catch (error) {
      const { code } = asSessionError(error);
      if (isSignedOut(code)) redirect(note.path);
      return code;
    }
  };

/** Stores the form field `text` as the note. Requires a session. */
export const saveNote = withOutcome(
  actionWithSession(async (_session, formData) => {
    const text = formData.get("text");
    if (typeof text !== "string") return;
    (await cookies()).set({ ...note, value: text.slice(0, 200), httpOnly: true, sameSite: "lax" });
  }),
);

/** Deletes the note. Requires the role `admin`. */
export const deleteNote = withOutcome(
  actionWithSession(
    async () => {
      (await cookies()).delete(note);
    },
    { role: "admin" },
  ),
);
