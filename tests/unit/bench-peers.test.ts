import { describe, expect, it } from "vitest";
import { costRatio } from "../../tools/peers/cost";
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
const rowsOf = (...rows: Row[]) => formatTable(rows).split("\n").slice(2);

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

  it("says when only the old cookie ended the session", () => {
    expect(rowsOf(row({ oldCookie: "500", nextExpiry: "500" }))).toEqual([
      "| app | 1 | 50 of 50 | 500 | 500 (works without that) |",
    ]);
  });
});

describe("the ratio of bench:peers", () => {
  it("divides the median cost without a guard by that with one", () => {
    expect(costRatio([90, 100, 1_000], [150, 200, 2_000])).toBe(0.5);
  });
});
