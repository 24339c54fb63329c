import { withSession } from "@/lib/session/guards";

/** Returns the signed-in user as JSON, or 401. */
export const GET = withSession(({ user }) => Response.json({ user }));
