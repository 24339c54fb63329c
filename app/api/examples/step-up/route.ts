import { withSession } from "@/lib/session/guards";

/** Requires a second factor, and a sign-in of the last five minutes. */
export const GET = withSession(() => Response.json({ confirmed: true }), {
  acr: "urn:logto:acr:mfa",
  freshWithin: 5 * 60,
});
