"use server";

import { redirect } from "next/navigation";
import { acceptInvitation } from "@/lib/invitations/invitations";
import { actionWithSession, redirectOnError } from "@/lib/session/guards";

/** Accepts the invitation in the form field `id`. Its page then leads to the organization. */
export const accept = redirectOnError(
  "/organizations",
  actionWithSession(async ({ user }, formData: FormData) => {
    const id = formData.get("id");
    if (typeof id !== "string") redirect("/organizations");
    const page = `/invitations/${encodeURIComponent(id)}`;
    await redirectOnError(page, () => acceptInvitation(user, id))();
    redirect(page);
  }),
);
