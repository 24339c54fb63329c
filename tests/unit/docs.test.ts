import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { hasCurrentAgentRules } from "next/dist/server/lib/generate-agent-files";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { variableNames } from "@/lib/env";
import { isExcerpt } from "./excerpt";

const filesIn = (folder: string, ending: RegExp, recursive = true) =>
  readdirSync(folder, { recursive, encoding: "utf8" })
    .filter((file) => ending.test(file))
    .map((file) => path.join(folder, file));
const documents = [".", "docs", "packages/logto-stand-in"]
  .flatMap((folder) => filesIn(folder, /\.md$/, false))
  .map((file) => ({ file, text: readFileSync(file, "utf8") }));

/** What a pattern's first group matches in a text. */
const allIn = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map(([, found = ""]) => found);

/** The code blocks of a document: language, code, and the file that each is an excerpt of. */
const blocksOf = (text: string) =>
  [...text.matchAll(/^ *```(\w+)(?: ([^\n]+))?\n(.*?)^ *```$/gms)].map(
    ([, language = "", file, code = ""]) => ({ language, file, code }),
  );

/** Whether a file belonged to the examples, which a clone may have removed. */
function isDeletedExample(file: string): boolean {
  const [folder] = /^(.*\/)?examples(?=\/)/.exec(file) ?? [];
  return folder !== undefined && !existsSync(folder);
}

const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync("package.json", "utf8")));

describe.each(documents)("$file", ({ file: document, text }) => {
  test("contains code only as excerpts of compiled files, each with the name of its file", () => {
    for (const { language, file = "", code } of blocksOf(text)) {
      if (!/^([jt]sx?|mjs)$/.test(language) || isDeletedExample(file)) continue;
      expect(existsSync(file), `"${file}", named after the language of:\n${code}`).toBe(true);
      expect(isExcerpt(code, readFileSync(file, "utf8")), `in ${file}:\n${code}`).toBe(true);
    }
  });

  // The changelog also names what is no longer there.
  const isCurrent = document !== "CHANGELOG.md";

  test.runIf(isCurrent)("names only variables that the app reads", () => {
    const blocks = blocksOf(text).filter(({ language }) => language === "env");
    const names = blocks.flatMap(({ code }) => allIn(code, /^ *#?([A-Z_]+)=/gm));
    expect(variableNames).toEqual(expect.arrayContaining(names));
  });

  test.runIf(isCurrent)("names only scripts of package.json", () => {
    const named = allIn(text, /\bnpm (?:run )?((?<=run )[\w:-]+|test\b|start\b)/g);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
  });

  test("links to files that exist", () => {
    const prose = text.replace(/^ *```.*?^ *```$/gms, "");
    const broken = allIn(prose, /\]\((<[^>]+>|[^)\s]+)\)/g)
      .map((target) => target.replace(/^<|>$/g, ""))
      // The badge is that of the repository on GitHub, whatever its name is.
      .filter((target) => !/^(https?:|mailto:|#|\.\.\/\.\.\/actions\/)/.test(target))
      .map((target) => path.join(path.dirname(document), target.replace(/#.*$/, "")))
      .filter((target) => !existsSync(target) && !isDeletedExample(target));
    expect(broken).toEqual([]);
  });
});

/** Not one that a clone wrote for itself. */
const isOurs = ({ file, text }: { file: string; text: string }) =>
  file.startsWith("README") && text.includes("`AUTH_LOGTO_ID`");

test.each(documents.filter(isOurs))(
  "$file names every variable that the app reads, and no other",
  ({ text }) => {
    const named = allIn(text, /`((?:API|AUTH|DATABASE|EMAIL|LOGTO)_\w+)`/g);
    expect([...new Set(named)].sort()).toEqual([...variableNames].sort());
  },
);

test("docs/troubleshooting.md quotes only texts of the app", () => {
  const unwrap = (text: string) => text.replace(/\s+/g, " ");
  const folders = ["app", "components", "dev", "lib"];
  const files = folders.flatMap((folder) => filesIn(folder, /\.(tsx?|mjs)$/));
  const sources = ["middleware.ts", ...files].map((file) => readFileSync(file, "utf8"));
  const source = unwrap(sources.join("\n"));
  const text = readFileSync("docs/troubleshooting.md", "utf8").replace(/`[^`]*`/g, "");
  const quoted = allIn(text, /"([^"]+)"/g).map(unwrap);
  expect(quoted.length).toBeGreaterThan(20);
  expect(quoted.filter((quote) => !source.includes(quote))).toEqual([]);
});

describe("AGENTS.md", () => {
  const text = readFileSync("AGENTS.md", "utf8");
  const own = text.replace(/<!-- BEGIN:nextjs.*<!-- END:nextjs\S* -->/s, "");

  test("names only files and folders that exist", () => {
    const named = allIn(own, /`([\w.-]+(?:\/[\w.-]*)+|[\w.-]+\.(?:md|ts|json))`/g);
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((name) => !existsSync(name) && name !== "proxy.ts")).toEqual([]);
  });

  test("has the block that `next dev` would add, so that the working tree stays clean", () => {
    expect(hasCurrentAgentRules(".")).toBe(true);
  });

  test("is short, and CLAUDE.md imports it", () => {
    expect(text.split("\n").length).toBeLessThanOrEqual(81);
    expect(readFileSync("CLAUDE.md", "utf8")).toBe("@AGENTS.md\n");
  });
});

const source = "first();\n  second();\n\nthird();\nfourth();\n";

test.each([
  ["adjacent lines", "second();\n\nthird();", true],
  ["lines with a marked gap", "first();\n// …\nfourth();", true],
  ["a line that the file does not have", "fifth();", false],
  ["lines with an unmarked gap", "first();\nthird();", false],
  ["lines in another order", "third();\n…\nfirst();", false],
  ["part of a line", "second()", false],
])("%s can be an excerpt: %j %s", (_, code, expected) => {
  expect(isExcerpt(code, source)).toBe(expected);
});
