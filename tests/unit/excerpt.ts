const isGap = (line: string) => /^(\/\/ )?…$/.test(line.trim());

/**
 * Whether code is an excerpt of a file: the file has its lines in the same order, and adjacent
 * except for gaps, which the code marks with a line `…` or `// …`. Ignores indentation.
 */
export function isExcerpt(code: string, source: string): boolean {
  const lines = source.split("\n").map((line) => line.trim());
  let from = 0;
  for (const part of partsOf(code)) {
    const at = lines.findIndex(
      (_, start) => start >= from && part.every((line, i) => lines[start + i] === line),
    );
    if (at < 0) return false;
    from = at + part.length;
  }
  return true;
}

function partsOf(code: string): string[][] {
  const parts: string[][] = [[]];
  for (const line of code.trim().split("\n")) {
    if (isGap(line)) parts.push([]);
    else parts.at(-1)?.push(line.trim());
  }
  return parts;
}
