import { paint, print } from "../terminal.mjs";
import type { Finding } from "./findings";

const marks = {
  ok: paint("green", "✓"),
  warning: paint("yellow", "!"),
  problem: paint("red", "✗"),
};

/** Prints a line for each finding, with its remedy below if it has one, and a total at the end. */
export function printFindings(findings: readonly Finding[]): void {
  const width = Math.max(...findings.map(({ check }) => check.length));
  for (const { check, status, message, remedy } of findings) {
    print(`  ${marks[status]} ${check.padEnd(width)}  ${message}`);
    if (remedy) print(`    ${" ".repeat(width)}  ${paint("dim", remedy)}`);
  }
  const totals = ["problem", "warning"].flatMap((noun) => {
    const { length } = findings.filter(({ status }) => status === noun);
    return length > 0 ? `${length} ${noun}${length > 1 ? "s" : ""}` : [];
  });
  print(`\n  ${totals.join(", ") || paint("green", "All is well.")}`);
}
