/** What was measured when a session's access token had expired. */
export interface Row {
  name: string;
  /** How long Logto accepted a replaced refresh token, in seconds. */
  grace: number;
  tokenRequests: number;
  /** How many of the parallel requests were answered, and how many were sent. */
  answered: number;
  sent: number;
  /** What became of a later request with the cookie of before, such as "works" or "500". */
  oldCookie: string;
  /** What became of the next expiry in the same session. */
  nextExpiry: string;
  /** The same in a session in which the old cookie was not used again. */
  nextExpiryAlone: string;
}

const figures = (row: Row): string[] => [
  String(row.tokenRequests),
  `${row.answered} of ${row.sent}`,
  row.oldCookie,
  row.nextExpiry === row.nextExpiryAlone
    ? row.nextExpiry
    : `${row.nextExpiry} (without the old cookie: ${row.nextExpiryAlone})`,
];

const titles = ["", "token requests", "answered", "old cookie, 5 s later", "next expiry"];

/**
 * Formats the rows as a Markdown table, aligned as Prettier does. Rows of one name with the same
 * figures become one row. Otherwise each row names its grace.
 */
export function formatTable(rows: readonly Row[]): string {
  const key = (row: Row) => figures(row).join();
  const lines = new Map<string, string[]>();
  for (const row of rows) {
    const others = rows.filter(({ name }) => name === row.name);
    const isSame = others.every((other) => key(other) === key(row));
    const grace = row.grace > 0 ? `Logto's grace of ${row.grace} s` : "no grace";
    const name = isSame ? row.name : `${row.name}, ${grace}`;
    lines.set(name, [name, ...figures(row)]);
  }
  const table = [titles, ...lines.values()];
  const widths = titles.map((_, i) => Math.max(3, ...table.map((cells) => cells[i]?.length ?? 0)));
  const format = (cells: readonly string[]) =>
    `| ${widths.map((width, i) => (cells[i] ?? "").padEnd(width)).join(" | ")} |`;
  const [head, ...body] = table.map(format);
  return [head, format(widths.map((width) => "-".repeat(width))), ...body].join("\n");
}
