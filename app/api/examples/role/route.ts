import { withSession } from "@/lib/session/guards";

/** For admins. */
export const GET = withSession(({ user }) => Response.json({ roles: user.roles }), {
  role: "admin",
});
