import { withSession } from "@/lib/session/guards";

/** Who is signed in, as JSON; 401 for nobody. */
export const GET = withSession(({ user }) => Response.json({ user }));
