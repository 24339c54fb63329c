import { format } from "prettier";
import { describe, expect, it } from "vitest";
import { describeCost } from "../../tools/peers/cost";
import { formatTable, type Row } from "../../tools/peers/table";

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
/** The rows below the head, without the spaces that align them. */
const rowsOf = (...rows: Row[]) =>
  formatTable(rows)
    .split("\n")
    .slice(2)
    .map((line) => line.replaceAll(/ +/g, " "));

describe("the table of bench:peers", () => {
  it("has one row for an app that does the same with and without a grace", () => {
    expect(rowsOf(row({}), row({ grace: 0 }))).toEqual(["| app | 1 | 50 of 50 | works | works |"]);
  });

  it("has a row for each grace if the figures differ", () => {
    expect(rowsOf(row({ tokenRequests: 50 }), row({ grace: 0, answered: 1 }))).toEqual([
      "| app, Logto's grace of 3 s | 50 | 50 of 50 | works | works |",
      "| app, no grace | 1 | 1 of 50 | works | works |",
    ]);
  });

  it("is formatted as Prettier formats it", async () => {
    const table = formatTable([row({}), row({ name: "another app", oldCookie: "500" })]);
    expect(await format(table, { parser: "markdown" })).toBe(`${table}\n`);
  });

  it("says when only the old cookie ended the session", () => {
    expect(rowsOf(row({ oldCookie: "500", nextExpiry: "500" }))).toEqual([
      "| app | 1 | 50 of 50 | 500 | 500 (without the old cookie: works) |",
    ]);
  });
});

describe("the cost of a guard", () => {
  it("is the median of the ratios, and not skewed by a round on a busy machine", () => {
    const rounds = [
      { plain: 100, guarded: 200 },
      { plain: 1_000, guarded: 2_100 },
      { plain: 100, guarded: 125 },
    ];
    expect(describeCost(rounds)).toBe("0.50 (3 rounds: 0.48 to 0.80)");
  });
});
