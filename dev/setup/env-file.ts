import { existsSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import process from "node:process";
import { SetupError } from "./error";

/**
 * Quotes a value for a .env file, so that Next.js reads it back unchanged.
 *
 * @throws SetupError if no kind of quotes can hold it
 */
function quoted(value: string): string {
  // No quotes where possible, because Docker's --env-file would keep them as part of the value.
  if (/^[\w./:@%?&=+-]+$/.test(value)) return value;
  const quote = ["'", '"', "`"].find((mark) => !value.includes(mark));
  if (!quote || /[\r\n]/.test(value) || (quote === '"' && value.includes("\\")))
    throw new SetupError("A value has a combination of characters that no .env file can hold.");
  // Next.js expands variables in a value, whatever the quotes.
  return quote + value.replaceAll("$", "\\$") + quote;
}

/**
 * @param text of a .env file
 * @param values replace the lines of these variables, or are added at the end
 * @returns the new text; all other lines are unchanged
 */
export function withValues(text: string, values: Readonly<Record<string, string>>): string {
  let written = text.replace(/\n*$/, "\n").replace(/^\n$/, "");
  for (const [name, value] of Object.entries(values)) {
    // All of them, because the last line of several would win.
    const lines = new RegExp(`^[ \\t]*(?:export[ \\t]+)?${name}[ \\t]*[=:].*\\n`, "gm");
    const [before = "", ...after] = written.split(lines);
    written = `${before}${name}=${quoted(value)}\n${after.join("")}`;
  }
  return written;
}

/** The text of a file; "" if there is none. */
export const readText = (file: string): string =>
  existsSync(file) ? readFileSync(file, "utf8") : "";

/** Writes a file atomically; only its owner may read it. */
export function writeWhole(file: string, text: string): void {
  const target = existsSync(file) ? realpathSync(file) : file;
  const temporary = `${target}.${process.pid}`;
  try {
    writeFileSync(temporary, text, { mode: 0o600, flag: "wx" });
    renameSync(temporary, target);
  } finally {
    rmSync(temporary, { force: true });
  }
}
