import { expect, test } from "vitest";
import { isWithinLimit } from "@/lib/invitations/rate-limit";

const hour = 60 * 60 * 1000;

/** How many of 30 mails are within the limit. */
const allowed = (kind: "inviter" | "invitee", id: string, now: number) =>
  Array.from({ length: 30 }, () => isWithinLimit(kind, id, now)).filter(Boolean).length;

test("one user sends 20 mails an hour, and one address gets 3", () => {
  expect(allowed("inviter", "alice", 0)).toBe(20);
  expect(allowed("inviter", "bob", 0)).toBe(20);
  expect(allowed("invitee", "a@example.com", 0)).toBe(3);
  expect(allowed("invitee", "A@Example.com", hour - 1)).toBe(0);
  expect(allowed("invitee", "a@example.com", hour)).toBe(3);
});
