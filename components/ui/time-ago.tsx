const format = new Intl.RelativeTimeFormat("en");

/**
 * How long ago something was, in hours and days; the moment itself when pointed at. Less than an
 * hour is "within the hour".
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

/** @param now in milliseconds */
export function timeAgo(value: Date, now = Date.now()): string {
  const hours = Math.floor((now - value.getTime()) / 3_600_000);
  if (hours < 1) return "within the hour";
  return hours < 24 ? format.format(-hours, "hour") : format.format(-Math.floor(hours / 24), "day");
}
