import { BoundedMap } from "@/lib/bounded-map";
import { processWide } from "@/lib/process-wide";

/** Milliseconds. */
const hour = 60 * 60 * 1000;

/** How many mails one user may send in an hour, and how many one address gets. */
const limits = { inviter: 20, invitee: 3 };

/** When the mails of the last hour were sent, in milliseconds since 1970. In this process. */
const sent = () => processWide("invitation mails", () => new BoundedMap<string, number[]>(10_000));

/**
 * Counts a mail against the limit of an inviter or an invitee.
 *
 * @param id of the inviter, or the invitee's address
 * @param now in milliseconds
 * @returns false if there were too many within the last hour
 */
export function isWithinLimit(kind: keyof typeof limits, id: string, now = Date.now()): boolean {
  const key = `${kind} ${id.toLowerCase()}`;
  const recent = (sent().get(key) ?? []).filter((time) => time > now - hour);
  if (recent.length >= limits[kind]) return false;
  sent().set(key, [...recent, now]);
  return true;
}
