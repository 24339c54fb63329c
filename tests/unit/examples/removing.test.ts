import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";

const read = (file: string) => readFileSync(file, "utf8");
const document = read("docs/removing-the-examples.md");
const blockOf = (language: string) =>
  new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "ms").exec(document)?.[1] ?? "";

const deleted = blockOf("sh")
  .split("\n")
  .filter((line) => line.startsWith("rm "))
  .flatMap((line) => line.replace(/^rm (-r )?/, "").match(/"[^"]+"|\S+/g) ?? [])
  .map((file) => file.replaceAll('"', ""));

/** The patch by file: the lines before and after each hunk. */
const patch = blockOf("diff")
  .split(/^--- .*\n\+\+\+ b\//m)
  .slice(1)
  .map((section) => {
    const [file = "", ...hunks] = section.split(/^@@.*\n/m);
    const side = (hunk: string, omittedPrefix: string) => {
      const lines = hunk.replace(/\n$/, "").split("\n");
      return lines.filter((line) => !line.startsWith(omittedPrefix)).map((line) => line.slice(1));
    };
    const changes = hunks.map(
      (hunk) => [side(hunk, "+").join("\n"), side(hunk, "-").join("\n")] as const,
    );
    return { file: file.trim(), changes };
  });

/** All remaining files in a folder, or the file itself. */
function filesOf(file: string): string[] {
  if (deleted.includes(file)) return [];
  if (!statSync(file).isDirectory()) return [file];
  return readdirSync(file).flatMap((name) => filesOf(path.join(file, name)));
}

describe("removing the examples", () => {
  test("deletes only files that exist", () => {
    expect(deleted.length).toBeGreaterThan(10);
    expect(deleted.filter((file) => !existsSync(file))).toEqual([]);
  });

  test.each(patch)("finds its lines in $file", ({ file, changes }) => {
    for (const [before] of changes) expect(read(file).split(before)).toHaveLength(2);
  });

  test("leaves no reference to them", () => {
    const roots = ["app", "components", "dev", "lib", "prisma", "tests", ".github", ".env.example"];
    const inRoot = readdirSync(".").filter((name) => /\.(tsx?|mjs|json|md)$/.test(name));
    const names =
      /(?<![\w.-])examples\/|"\/examples"|nest-api|dev:api|api-(build|variables)"|removing-the-examples|without-examples/;
    const naming = [...roots, ...inRoot].flatMap(filesOf).filter((file) => {
      const { changes = [] } = patch.find((each) => each.file === file) ?? {};
      return names.test(
        changes.reduce((text, [before, after]) => text.replace(before, () => after), read(file)),
      );
    });
    expect(naming).toEqual([]);
  });
});
