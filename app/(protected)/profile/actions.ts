"use server";

import { revalidatePath } from "next/cache";
import { forgetUserinfo } from "@/lib/session/claims";
import { actionWithSession } from "@/lib/session/guards";

/** Has the profile show what userinfo answers now. */
export const askLogtoAgain = actionWithSession(async () => {
  await forgetUserinfo();
  revalidatePath("/profile");
});
