"use server";

import { revalidatePath } from "next/cache";
import { forgetUserinfo } from "@/lib/session/claims";
import { explained } from "@/lib/session/explained";
import { actionWithSession } from "@/lib/session/guards";

/** Has the profile show what userinfo answers now. */
export const askLogtoAgain = explained(
  "/profile",
  actionWithSession(async () => {
    await forgetUserinfo();
    revalidatePath("/profile");
  }),
);
