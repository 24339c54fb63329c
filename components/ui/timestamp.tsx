// A fixed locale and zone, so that the server's HTML and the browser agree.
const format = new Intl.DateTimeFormat("en", {
  dateStyle: "medium",
  timeStyle: "short",
  hourCycle: "h23",
  timeZone: "UTC",
});

/** A moment, in UTC and saying so. Takes an ISO string or milliseconds since the epoch. */
export function Timestamp({ value }: { value: string | number }) {
  const date = new Date(value);
  return <time dateTime={date.toISOString()}>{format.format(date)} UTC</time>;
}
