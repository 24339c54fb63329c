import { withSession } from "@/lib/session/guards";

/** Requires the role `admin`. */
export const GET = withSession(({ user }) => Response.json({ roles: user.roles }), {
  role: "admin",
});
