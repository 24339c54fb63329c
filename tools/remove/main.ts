import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { paint, print } from "../../dev/terminal.mjs";
import type { Feature } from "./feature";
import { planRemoval, type Features } from "./remove";
import { filesBelow, type Tree } from "./tree";

const manifest = z.object({ default: z.custom<Feature>((value) => value instanceof Object) });

/** The features that the project has, in alphabetical order. */
export async function featuresOf(root: string): Promise<Features> {
  const folder = path.join(root, "tools/remove/features");
  const features = new Map<string, Feature>();
  for (const file of readdirSync(folder).sort()) {
    const module: unknown = await import(pathToFileURL(path.join(folder, file)).href);
    features.set(path.basename(file, ".ts"), manifest.parse(module).default);
  }
  return features;
}

/** The features that need a feature, directly or not. */
export function dependents(features: Features, name: string): string[] {
  const direct = [...features].filter(([, { needs = [] }]) => needs.includes(name));
  return direct.flatMap(([each]) => [each, ...dependents(features, each)]);
}

/** An order in which features can be removed one by one: the remover last. */
export function oneByOne(features: Features): string[] {
  const order: string[] = [];
  const left = new Map(features);
  left.delete("remover");
  while (left.size > 0) {
    const needed = new Set([...left.values()].flatMap(({ needs = [] }) => needs));
    const [free = ""] = [...left.keys()].filter((name) => !needed.has(name)).reverse();
    order.push(free);
    left.delete(free);
  }
  return [...order, "remover"];
}

/**
 * `npm run remove [feature…] [--dry-run]`: lists the features, or removes some of them.
 *
 * @param root the project's folder
 * @returns the exit code
 */
export async function removeFeatures(root: string, args: readonly string[]): Promise<number> {
  const names = args.filter((arg) => arg !== "--dry-run");
  const features = await featuresOf(root);
  if (names.length === 0) {
    list(root, features);
    return 0;
  }
  const { tree, problems } = planRemoval(root, features, names);
  if (problems.length > 0) {
    print(`${paint("red", "✗")} Nothing was changed. What is not as expected:`);
    print();
    for (const problem of problems) print(`  ${problem}`);
    if (problems.some((problem) => / (does not contain|contains \d+ times)/.test(problem))) {
      print();
      print("Where a line differs, undo your change, or take the feature out by hand:");
      print("tools/remove/features/ has a file for each that lists what belongs to it.");
    }
    return 1;
  }
  printPlan(tree);
  if (args.includes("--dry-run")) {
    print("Nothing was changed (--dry-run).");
    return 0;
  }
  tree.write();
  const removed = names.flatMap((name) => features.get(name) ?? []);
  const traces = tracesOf(tree, removed);
  if (traces.length > 0) print(`Still named in: ${traces.join(", ")}`);
  const linking = documentsWithDeadLinks(tree);
  if (linking.length > 0) print(`Link to what was removed: ${linking.join(", ")}`);
  const variables = removed.flatMap((feature) => feature.variables ?? []);
  if (variables.length > 0) print(`Unset where you deploy: ${variables.join(", ")}`);
  print("Now run: npm install && npm run format && npm test");
  return 0;
}

function printPlan(tree: Tree): void {
  for (const file of [...tree.deleted].sort()) print(`  ${paint("red", "deleted")}  ${file}`);
  for (const [file, text] of [...tree.changed].sort()) {
    if (tree.isDeleted(file)) continue;
    const before = readFileSync(path.join(tree.root, file), "utf8").split("\n").length;
    const count = before - text.split("\n").length;
    // A JSON file is not formatted yet.
    const less = count > 0 ? paint("dim", ` ${count} ${count === 1 ? "line" : "lines"} fewer`) : "";
    print(`  ${paint("yellow", "changed")}  ${file}${less}`);
  }
  print();
}

/** Code, configuration and the README; the other documents tell of more than this project has. */
const searched = [
  "app",
  "components",
  "dev",
  "lib",
  "prisma",
  "tests",
  "tools",
  ".github",
  "middleware.ts",
];
const inRoot = /^(\.env\.example|Dockerfile|README.*|compose\.yaml|[\w.]+\.(ts|mjs|json))$/;

/** The files that still name a feature after a removal. The lists of other features may. */
export function tracesOf(tree: Tree, features: readonly Feature[]): string[] {
  const files = [...searched, ...readdirSync(tree.root).filter((name) => inRoot.test(name))]
    .flatMap((each) => filesBelow(tree.root, each))
    .filter((file) => !/^(tools\/remove\/|package-lock)/.test(file) && !tree.isDeleted(file));
  return [...new Set(files)].filter((file) =>
    features.some(({ traces }) => traces.test(tree.read(file))),
  );
}

/** The documents that still link to a file that a removal deleted. */
export function documentsWithDeadLinks(tree: Tree): string[] {
  const documents = [".", "docs"].flatMap((folder) =>
    readdirSync(path.join(tree.root, folder))
      .filter((name) => name.endsWith(".md"))
      .map((name) => path.posix.join(folder, name)),
  );
  return documents.filter((file) =>
    [...tree.read(file).matchAll(/\]\(<?([^)>#\s]+)/g)].some(([, target = ""]) =>
      tree.isDeleted(path.posix.join(path.posix.dirname(file), target)),
    ),
  );
}

function list(root: string, features: Features): void {
  print("Features that `npm run remove <feature>…` takes out:");
  print();
  for (const [name, feature] of features) {
    const { tree } = planRemoval(root, new Map([...features, [name, { ...feature }]]), [name]);
    const files = [...tree.deleted].flatMap((file) => filesBelow(root, file));
    const lines = files.map((file) => codeLines(path.join(root, file)));
    const total = lines.reduce((sum, count) => sum + count, 0);
    print(
      `  ${paint("bold", name.padEnd(14))} ${String(files.length).padStart(3)} files ${String(total).padStart(5)} code lines  ${feature.what}`,
    );
    const needs = feature.needs?.filter((needed) => features.has(needed)) ?? [];
    if (needs.length > 0) print(`  ${"".padEnd(14)} ${paint("dim", `needs ${needs.join(", ")}`)}`);
  }
  print();
  print("Commit first. `--dry-run` shows what a removal deletes and changes.");
}

/** Lines of code without blanks, comments and one-line imports. */
function codeLines(file: string): number {
  if (!/\.(tsx?|mjs|css|prisma|sql)$/.test(file)) return 0;
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => !/^\s*($|\/\/|\/?\*|--|import .* from )/.test(line)).length;
}
