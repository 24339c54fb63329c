import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import type { EndToEndTest, Mutation } from "./mutation";

const endToEnd = z.object({ spec: z.string().min(1), test: z.string().min(1) });
const mutation = z.object({
  what: z.string().min(1),
  file: z.string().min(1),
  find: z.string().min(1),
  replace: z.string(),
  tests: z.union([z.array(z.string().min(1)).min(1), endToEnd]),
});
const listFile = z.object({ default: z.array(mutation) });

/** All mutations, in the order of their files. */
export async function mutationsOf(root: string): Promise<Mutation[]> {
  const folder = path.join(root, "tools/mutate/mutations");
  const all: Mutation[] = [];
  for (const file of readdirSync(folder).sort()) {
    const module: unknown = await import(pathToFileURL(path.join(folder, file)).href);
    all.push(...listFile.parse(module).default);
  }
  return all;
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
