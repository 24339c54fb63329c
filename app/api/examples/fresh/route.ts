import { withSession } from "@/lib/session/guards";

/** Requires the role `admin` now: Logto is asked whether the user still has it. */
export const GET = withSession(({ user }) => Response.json({ roles: user.roles }), {
  role: "admin",
  fresh: true,
});
