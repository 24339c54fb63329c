import { existsSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import process from "node:process";
import { SetupError } from "./prompt";

/**
 * A value as a line of a .env file has it, for Next.js to read back as it was.
 *
 * @throws SetupError where none of the quotes can hold it
 */
function quoted(value: string): string {
  // Docker's --env-file knows no quotes.
  if (/^[\w./:@%?&=+-]+$/.test(value)) return value;
  const quote = ["'", '"', "`"].find((mark) => !value.includes(mark));
  if (!quote || /[\r\n]/.test(value) || (quote === '"' && value.includes("\\")))
    throw new SetupError("A value has characters that no .env file can hold together.");
  // Next.js puts other variables' values in, whatever the quotes.
  return quote + value.replaceAll("$", "\\$") + quote;
}

/**
 * @param text a .env file
 * @param values replace what it says of these variables, or are added at its end
 * @returns the text with every other line as it was
 */
export function withValues(text: string, values: Readonly<Record<string, string>>): string {
  const left = new Map(Object.entries(values));
  const lines = text.split("\n").flatMap((line) => {
    const name = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*[=:]/.exec(line)?.[1] ?? "";
    if (!(name in values)) return line;
    const value = left.get(name);
    // The last of several would win.
    if (!left.delete(name) || value === undefined) return [];
    return `${name}=${quoted(value)}`;
  });
  const added = [...left].map(([name, value]) => `${name}=${quoted(value)}`);
  const kept = lines.join("\n").replace(/\n*$/, "");
  return `${[kept, ...added].filter(Boolean).join("\n")}\n`;
}

/** The text of a file; "" where there is none. */
export const readText = (file: string): string =>
  existsSync(file) ? readFileSync(file, "utf8") : "";

/** Writes a file that its owner alone may read, whole or not at all. */
export function writeWhole(file: string, text: string): void {
  const place = existsSync(file) ? realpathSync(file) : file;
  const part = `${place}.${process.pid}`;
  try {
    writeFileSync(part, text, { mode: 0o600, flag: "wx" });
    renameSync(part, place);
  } finally {
    rmSync(part, { force: true });
  }
}
