const format = new Intl.RelativeTimeFormat("en");

/**
 * A relative time in hours or days, such as "3 hours ago". Its tooltip shows the exact time in UTC.
 */
export function TimeAgo({ value }: { value: Date }) {
  return (
    <time
      dateTime={value.toISOString()}
      title={`${value.toISOString().slice(0, 16).replace("T", " ")} UTC`}
    >
      {timeAgo(value)}
    </time>
  );
}

/**
 * Formats a time relative to `now`. A time in the future is "less than an hour ago", since clocks
 * differ.
 *
 * @param now in milliseconds since 1970
 */
export function timeAgo(value: Date, now = Date.now()): string {
  const hours = Math.floor((now - value.getTime()) / 3_600_000);
  if (hours < 1) return "less than an hour ago";
  return hours < 24 ? format.format(-hours, "hour") : format.format(-Math.floor(hours / 24), "day");
}
