/** Prettier changes indentation, the padding of tables and their dashes. */
const unpadded = (line = "") => line.trim().replace(/\s+/g, " ").replace(/-{3,}/g, "---");

/**
 * Deletes whole lines from a text.
 *
 * @param block one line, or several consecutive ones
 * @returns the text without them, if they are in it once; how many times they are
 */
export function withoutLines(text: string, block: string): { text: string; times: number } {
  const lines = text.split("\n");
  const wanted = block.trim().split("\n").map(unpadded);
  const starts = lines
    .map((_, start) => start)
    .filter((start) => wanted.every((line, i) => unpadded(lines[start + i]) === line));
  const [start] = starts;
  if (start === undefined || starts.length > 1) return { text, times: starts.length };
  return { text: cut(lines, start, wanted.length), times: 1 };
}

/**
 * Deletes a section of a Markdown text (a heading, and all up to the next one of its level or above)
 * or a paragraph.
 *
 * @param beginning of the heading or of the paragraph's first line
 * @returns as `withoutLines`
 */
export function withoutSection(text: string, beginning: string): { text: string; times: number } {
  const lines = text.split("\n");
  const starts = lines.flatMap((line, i) => (line.startsWith(beginning) ? [i] : []));
  const [start] = starts;
  if (start === undefined || starts.length > 1) return { text, times: starts.length };
  const level = /^#+(?= )/.exec(beginning)?.[0].length ?? 0;
  const isEnd = (line: string) =>
    level > 0 ? new RegExp(`^#{1,${level}} `).test(line) : line.trim() === "";
  const end = lines.findIndex((line, i) => i > start && isEnd(line));
  return { text: cut(lines, start, (end === -1 ? lines.length : end) - start), times: 1 };
}

/** Deletes lines, and one of two blank lines that then follow each other. */
function cut(lines: string[], start: number, count: number): string {
  lines.splice(start, count);
  if (!lines[start - 1]?.trim() && lines[start]?.trim() === "" && start < lines.length - 1)
    lines.splice(start, 1);
  return lines.join("\n");
}
