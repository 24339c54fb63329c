"use server";

import { cookies } from "next/headers";
import { outcomeOn } from "@/components/examples/outcome";
import { actionWithSession } from "@/lib/session/guards";

/** A cookie that the browser sends only to this page. */
const payout = { name: "example-payout", path: "/examples/step-up" };

/** Stores the form field `payout`. The user has twice as long as at the page, to fill it in. */
export const savePayout = outcomeOn(payout.path)(
  actionWithSession(
    async (_session, form: FormData) => {
      const value = form.get("payout");
      if (typeof value !== "string") return;
      (await cookies()).set({
        ...payout,
        value: value.slice(0, 40),
        httpOnly: true,
        sameSite: "lax",
      });
    },
    { freshWithin: 10 * 60 },
  ),
);
