// A fixed locale and time zone, so that the server and the browser render the same text.
const format = new Intl.DateTimeFormat("en", {
  dateStyle: "medium",
  timeStyle: "short",
  hourCycle: "h23",
  timeZone: "UTC",
});

/** A date and time in UTC, labelled as UTC. Takes an ISO string or milliseconds since 1970. */
export function Timestamp({ value }: { value: string | number }) {
  const date = new Date(value);
  return <time dateTime={date.toISOString()}>{format.format(date)} UTC</time>;
}
