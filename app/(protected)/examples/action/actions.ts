"use server";

import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import type { SessionErrorCode } from "@/lib/session/model/error-messages";
import { asSessionError } from "@/lib/session/model/errors";
import { actionWithSession } from "@/lib/session/guards";

/** Why an action was not done; null once it was. */
type Outcome = SessionErrorCode | null;

/** A cookie that only this page gets. */
const note = { name: "example-note", path: "/examples/action" };

/**
 * Has the form say why an action was refused, or the page's guard send to sign in. An error that an
 * action throws is, without JavaScript, an empty page.
 */
const withOutcome =
  (action: (formData: FormData) => Promise<void>) =>
  async (_before: Outcome, formData: FormData): Promise<Outcome> => {
    try {
      await action(formData);
      return null;
    } catch (error) {
      const { code, status } = asSessionError(error);
      if (status === 401) redirect(note.path);
      return code;
    }
  };

/** Keeps what the form's field `text` says; everybody who is signed in may. */
export const saveNote = withOutcome(
  actionWithSession(async (_session, formData) => {
    const text = formData.get("text");
    if (typeof text !== "string") return;
    (await cookies()).set({ ...note, value: text.slice(0, 200), httpOnly: true, sameSite: "lax" });
  }),
);

/** Deletes the note; admins may. */
export const deleteNote = withOutcome(
  actionWithSession(
    async () => {
      (await cookies()).delete(note);
    },
    { role: "admin" },
  ),
);
