"use server";

import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { isSignedOut, type SessionErrorCode } from "@/lib/session/model/error-messages";
import { asSessionError } from "@/lib/session/model/errors";
import { actionWithSession } from "@/lib/session/guards";

const page = "/examples/step-up";

/** Stores the form field `payout`. The user has twice as long as at the page, to fill it in. */
const save = actionWithSession(
  async (_session, form: FormData) => {
    const payout = form.get("payout");
    if (typeof payout !== "string") return;
    (await cookies()).set({
      name: "example-payout",
      value: payout.slice(0, 40),
      path: page,
      httpOnly: true,
      sameSite: "lax",
    });
  },
  { freshWithin: 10 * 60 },
);

/** For the form: returns the code of an error. If the session is over, the page redirects. */
export async function savePayout(
  _previous: SessionErrorCode | null,
  form: FormData,
): Promise<SessionErrorCode | null> {
  try {
    await save(form);
    return null;
  } catch (error) {
    const { code } = asSessionError(error);
    if (isSignedOut(code)) redirect(page);
    return code;
  }
}
