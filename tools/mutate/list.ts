import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { EndToEndTest, Mutation } from "./mutation";

/** What is broken, its `-` and `+` lines, and its tests: see `readList`. */
const format = /^(.+)\n((?:-.*\n)+)((?:\+.*\n)*)(\S+): (.+)$/;
const withoutSigns = (lines: string) => lines.replaceAll(/^[-+] ?/gm, "").slice(0, -1);

/**
 * Reads a list of mutations. Its blocks have blank lines between them. A line on its own is the file
 * that the mutations after it change. A mutation says what is broken, then has the lines to find,
 * those in their place if any, and which unit tests or which end-to-end test must notice it.
 *
 * @throws Error for a block that is neither of these, nor a comment
 */
export function readList(text: string): Mutation[] {
  let file = "";
  return text
    .trim()
    .split(/\n{2,}/)
    .flatMap((block) => {
      if (block.startsWith("#")) return [];
      if (!block.includes("\n")) {
        file = block;
        return [];
      }
      const [, what = "", find = "", replace = "", where, test = ""] = format.exec(block) ?? [];
      if (!where) throw new Error(`This is no mutation:\n${block}`);
      const units = test.split(", ").map((name) => `tests/unit/${name}.test.ts`);
      const tests = where === "unit" ? units : { spec: where, test };
      return [{ what, file, find: withoutSigns(find), replace: withoutSigns(replace), tests }];
    });
}

/** All mutations, in the order of their files. */
export function mutationsOf(root: string): Mutation[] {
  const folder = path.join(root, "tools/mutate/mutations");
  const lists = readdirSync(folder).sort();
  return lists.flatMap((list) => readList(readFileSync(path.join(folder, list), "utf8")));
}

/** The end-to-end test of a mutation; undefined if unit tests show it. */
export const endToEndTest = ({ tests }: Mutation): EndToEndTest | undefined =>
  "spec" in tests ? tests : undefined;

/** The test files of a mutation. */
export const testFiles = ({ tests }: Mutation): readonly string[] =>
  "spec" in tests ? [tests.spec] : tests;

/** The mutation's file with the mutation. @throws Error if its text is not there exactly once */
function mutated(root: string, { what, file, find, replace }: Mutation): string {
  const text = readFileSync(path.join(root, file), "utf8");
  const [before = "", after, ...more] = text.split(find);
  if (after === undefined || more.length > 0)
    throw new Error(
      `${file} has this ${after === undefined ? 0 : more.length + 1} times (${what}):\n${find}`,
    );
  return before + replace + after;
}

/** Applies a mutation. @returns a function that takes it back */
export function apply(root: string, mutation: Mutation): () => void {
  const file = path.join(root, mutation.file);
  const original = readFileSync(file);
  writeFileSync(file, mutated(root, mutation));
  return () => writeFileSync(file, original);
}

/**
 * What is wrong with the list itself, a text for each fault.
 *
 * @param all those whose files exist
 */
export function faultsOf(root: string, all: readonly Mutation[]): string[] {
  const faults = all.flatMap((each) => {
    try {
      mutated(root, each);
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)];
    }
    const missing = testFiles(each).filter((file) => !existsSync(path.join(root, file)));
    return missing.map((file) => `${file} is not there (${each.what})`);
  });
  const names = all.map(({ what }) => what);
  const twice = names.filter((name, i) => names.indexOf(name) !== i);
  return [...faults, ...twice.map((name) => `There are two with the text: ${name}`)];
}
