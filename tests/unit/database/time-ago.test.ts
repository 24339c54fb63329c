import { expect, test } from "vitest";
import { timeAgo } from "@/components/ui/time-ago";

const hour = 3_600_000;
const now = Date.parse("2026-11-22T08:30:00Z");

test.each([
  ["a moment", 1, "less than an hour ago"],
  ["almost an hour", hour - 1, "less than an hour ago"],
  ["a clock that is ahead of ours", -5_000, "less than an hour ago"],
  ["an hour", hour, "1 hour ago"],
  ["almost a day", 24 * hour - 1, "23 hours ago"],
  ["a day", 24 * hour, "1 day ago"],
  ["a week", 7 * 24 * hour, "7 days ago"],
])("%s is shown in words", (_, milliseconds, words) => {
  expect(timeAgo(new Date(now - milliseconds), now)).toBe(words);
});
