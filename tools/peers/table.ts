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
    : `${row.nextExpiry} (${row.nextExpiryAlone} without that)`,
];

const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;

/**
 * Formats the rows as a Markdown table. Rows of one name with the same figures become one row.
 * Otherwise each row names its grace.
 */
export function formatTable(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const others = rows.filter(({ name }) => name === row.name);
    const isSame = others.every((other) => line(figures(other)) === line(figures(row)));
    const grace = row.grace > 0 ? `Logto's grace of ${row.grace} s` : "no grace";
    return line([isSame ? row.name : `${row.name}, ${grace}`, ...figures(row)]);
  });
  return [
    "| | token requests | answered | old cookie, 5 s later | next expiry |",
    "|---|---|---|---|---|",
    ...new Set(lines),
  ].join("\n");
}
