import { withSession } from "@/lib/session/guards";

/** Requires a session. */
export const GET = withSession(({ user, expires }) => Response.json({ name: user.name, expires }));
