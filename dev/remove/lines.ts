/** Prettier changes indentation, the padding of tables and their dashes. */
const unpadded = (line = "") => line.trim().replace(/\s+/g, " ").replace(/-{3,}/g, "---");

/**
 * Deletes whole lines from a text, and one of two blank lines that then follow each other.
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
  lines.splice(start, wanted.length);
  if (!lines[start - 1]?.trim() && lines[start]?.trim() === "" && start < lines.length - 1)
    lines.splice(start, 1);
  return { text: lines.join("\n"), times: 1 };
}
