import { format } from "prettier";
import { expect, it } from "vitest";
import { describeCost } from "../../tools/peers/cost";
import { formatTable, type Row } from "../../tools/peers/table";

/** Only the old cookie ended the session. */
const lost = { oldCookie: "500", nextExpiry: "500" };
const row = (changes: Partial<Row>): Row => ({
  name: "app",
  grace: 3,
  tokenRequests: 1,
  answered: 50,
  sent: 50,
  oldCookie: "works",
  nextExpiry: "works",
  nextExpiryAlone: "works",
  ...changes,
});

it.each([
  [{}, {}, ["| app | 1 | 50 of 50 | works | works |"]],
  [
    { tokenRequests: 50 },
    { answered: 1 },
    [
      "| app, Logto's grace of 3 s | 50 | 50 of 50 | works | works |",
      "| app, no grace | 1 | 1 of 50 | works | works |",
    ],
  ],
  [lost, lost, ["| app | 1 | 50 of 50 | 500 | 500 (without the old cookie: works) |"]],
])(
  "the table has a row for each grace only if the figures differ",
  async (one, other, expected) => {
    const table = formatTable([row(one), row({ ...other, grace: 0 })]);
    const rows = table.split("\n").slice(2);
    expect(rows.map((line) => line.replaceAll(/ +/g, " "))).toEqual(expected);
    expect(await format(table, { parser: "markdown" })).toBe(`${table}\n`);
  },
);

it("the cost is the median of the ratios, not skewed by a round on a busy machine", () => {
  const rounds = [
    { plain: 100, guarded: 200 },
    { plain: 1_000, guarded: 2_100 },
    { plain: 100, guarded: 125 },
  ];
  expect(describeCost(rounds)).toBe("0.50 (3 rounds: 0.48 to 0.80)");
});
