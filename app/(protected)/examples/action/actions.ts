"use server";

import { cookies } from "next/headers";
import { outcomeOn } from "@/components/examples/outcome";
import { actionWithSession } from "@/lib/session/guards";

/** A cookie that the browser sends only to this page. */
const note = { name: "example-note", path: "/examples/action" };

const withOutcome = outcomeOn(note.path);

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
