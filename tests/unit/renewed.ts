import { renewSession } from "@/lib/session/lifecycle/renewal";
import type { Session } from "@/lib/session/model/session";

/** Renews a session that must stay active, and returns it. */
export async function renewed(token: Session, now?: () => number): Promise<Session> {
  const result = await renewSession(token, now);
  if (result.status !== "active") throw new Error(`the session is ${result.status}`);
  return result.session;
}
