import { withSession } from "@/lib/session/guards";

/** For everybody who is signed in. */
export const GET = withSession(({ user, expires }) => Response.json({ name: user.name, expires }));
