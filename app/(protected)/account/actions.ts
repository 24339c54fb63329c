"use server";

import { revalidatePath } from "next/cache";
import { deleteAccount } from "@/lib/session/account";
import { actionWithSession, redirectOnError } from "@/lib/session/guards";
import { revokeOtherSessions, revokeSession, signOutEverywhere } from "@/lib/session/sessions";

const sessions = "/account/sessions";
const deletion = "/account/delete";

export const confirmDeletion = redirectOnError(
  deletion,
  actionWithSession(
    deleteAccount,
    // deleteAccount checks it again.
    { freshWithin: 5 * 60 },
  ),
);

/** Ends the session in the form field `id`, if it is one of the user's own. */
export const endSession = redirectOnError(
  sessions,
  actionWithSession(async (_session, formData: FormData) => {
    const id = formData.get("id");
    if (typeof id === "string") await revokeSession(id);
    revalidatePath(sessions);
  }),
);

export const endOtherSessions = redirectOnError(
  sessions,
  actionWithSession(async () => {
    await revokeOtherSessions();
    revalidatePath(sessions);
  }),
);

export const endAllSessions = redirectOnError(sessions, actionWithSession(signOutEverywhere));
