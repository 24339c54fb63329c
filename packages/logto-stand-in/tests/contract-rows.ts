import { readdirSync, readFileSync } from "node:fs";

const folder = new URL("contract/", import.meta.url);
const title = /\(\s*"((?:[^"\\]|\\.)*)",\s*(?:async\b|\(|\{)/;

/** Reads where a row was seen from the end of its title: see contract/setup.ts. */
function seenIn(row: string): string {
  if (row.includes("[S]")) return "[S]";
  if (row.includes("[D]")) return "[D]";
  return row.includes("(1.41)") ? "1.41.0" : "1.37.1, 1.41.0";
}

/** Returns the titles of all contract tests, as the rows of README.md. */
export function contractRows(): string[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(".test.ts"));
  return files.sort().flatMap((file) => {
    const source = readFileSync(new URL(file, folder), "utf8");
    let group = "";
    return source.split(/^(?= *(?:describe|test)[.(])/m).flatMap((part) => {
      const [, name] = title.exec(part) ?? [];
      if (!name || !/^ *(?:describe|test)/.test(part)) return [];
      if (part.startsWith("describe")) group = `${name} `;
      if (part.startsWith("describe")) return [];
      const row = `${part.startsWith("test") ? "" : group}${name}`;
      const text = row.replaceAll(/ (?:\[[SD]\]|\(1\.41\))/g, "").replaceAll("%s", "…");
      return [`- ${text} · ${seenIn(row)}`];
    });
  });
}
