import { z } from "zod";
import { withoutLines, withoutSection } from "./lines";
import type { Deletion, Feature } from "./feature";
import { Tree } from "./tree";

export type Features = ReadonlyMap<string, Feature>;

/** The result of planning a removal. Nothing is written before `tree.write()`. */
export interface Removal {
  tree: Tree;
  /** What stands in the way, a line for each. If there is any, nothing may be written. */
  problems: string[];
}

const object = z.record(z.string(), z.unknown());
const strings = z.array(z.string());

/**
 * Plans the removal of features, as if one after another.
 *
 * @param root the project's folder
 * @param features all that the project has
 * @param names of the features to remove
 */
export function planRemoval(root: string, features: Features, names: readonly string[]): Removal {
  const tree = new Tree(root);
  const problems = [...features]
    .filter(([name]) => !names.includes(name))
    .flatMap(([name, { needs = [] }]) =>
      needs
        .filter((needed) => names.includes(needed))
        .map((needed) => `${name} needs ${needed}: remove ${name}, too`),
    );
  const present = new Map(features);
  for (const name of names) {
    const feature = present.get(name);
    if (!feature) {
      if (!features.has(name))
        problems.push(
          `${name} is not a feature, or is removed already; npm run remove lists the features`,
        );
      continue;
    }
    present.delete(name);
    for (const deletion of [feature, ...besides(feature, present)])
      problems.push(...remove(tree, deletion));
    // Unless the remover itself was removed before.
    if (tree.has(manifestOf(name))) tree.deleted.add(manifestOf(name));
  }
  return { tree, problems: [...new Set(problems)] };
}

/** The file that describes a feature; a removal deletes it. */
const manifestOf = (name: string): string => `tools/remove/features/${name}.ts`;

function besides({ beside = {} }: Feature, present: Features): Deletion[] {
  return Object.entries(beside)
    .filter(([other]) => present.has(other))
    .map(([, deletion]) => deletion);
}

/** How a file differs from what it should contain once. */
const contains = (times: number) =>
  times === 0 ? "does not contain" : `contains ${times} times what should be there once`;

/** @returns what the project does not have, a line for each */
function remove(tree: Tree, deletion: Deletion): string[] {
  const problems: string[] = [];
  for (const file of deletion.paths ?? []) {
    if (!tree.has(file)) problems.push(`${file} is not there`);
    else tree.deleted.add(file);
  }
  for (const file of deletion.generated ?? []) if (tree.has(file)) tree.deleted.add(file);
  const cut = (file: string, pieces: readonly string[], without: typeof withoutLines) => {
    const text = tree.has(file) ? tree.read(file) : "";
    // A document that has none of them was replaced or deleted, as a README usually is.
    if (file.endsWith(".md") && pieces.every((piece) => without(text, piece).times === 0)) return;
    if (!tree.has(file)) problems.push(`${file} is not there`);
    else
      for (const piece of pieces) {
        const { text: rest, times } = without(tree.read(file), piece);
        if (times === 1) tree.changed.set(file, rest);
        else problems.push(`${file} ${contains(times)}:\n${indent(piece)}`);
      }
  };
  for (const [file, blocks] of Object.entries(deletion.lines ?? {}))
    cut(file, blocks, withoutLines);
  for (const [file, starts] of Object.entries(deletion.sections ?? {}))
    cut(file, starts, withoutSection);
  for (const [file, parts] of Object.entries(deletion.parts ?? {}))
    for (const part of [parts].flat()) {
      const times = tree.has(file) ? tree.read(file).split(part).length - 1 : 0;
      if (times === 1) tree.changed.set(file, tree.read(file).replace(part, ""));
      else problems.push(`${file} ${contains(times)}:\n${indent(part)}`);
    }
  const { scripts = [], packages = [], knip = [] } = deletion;
  if (scripts.length + packages.length > 0)
    problems.push(...removeKeys(tree, "package.json", [...scripts, ...packages]));
  if (knip.length > 0) problems.push(...removeElements(tree, "knip.json", knip));
  return problems;
}

const indent = (block: string) =>
  block
    .trim()
    .split("\n")
    .map((line) => `    ${line.trim()}`)
    .join("\n");

/** Deletes keys from the objects of a JSON file. */
function removeKeys(tree: Tree, file: string, keys: readonly string[]): string[] {
  const missing = new Set(keys);
  const sections = Object.entries(object.parse(JSON.parse(tree.read(file))));
  const rest = sections.map(([name, section]) => {
    const { data } = object.safeParse(section);
    if (!data) return [name, section];
    const entries = Object.entries(data);
    const kept = entries.filter(([key]) => !keys.includes(key));
    for (const key of Object.keys(data)) missing.delete(key);
    return [name, Object.fromEntries(kept)];
  });
  tree.changed.set(file, `${JSON.stringify(Object.fromEntries(rest), null, 2)}\n`);
  return [...missing].map((key) => `${file} does not have ${key}`);
}

/** Deletes elements from the arrays of a JSON file, at any depth. An empty array goes, too. */
function removeElements(tree: Tree, file: string, elements: readonly string[]): string[] {
  const missing = new Set(elements);
  const without = (value: unknown): unknown => {
    const list = strings.safeParse(value);
    if (list.success) {
      const rest = list.data.filter((each) => !elements.includes(each));
      for (const each of list.data) missing.delete(each);
      return rest.length > 0 ? rest : undefined;
    }
    const { data } = object.safeParse(value);
    if (!data) return value;
    return Object.fromEntries(Object.entries(data).map(([key, each]) => [key, without(each)]));
  };
  const json = without(JSON.parse(tree.read(file)));
  tree.changed.set(file, `${JSON.stringify(json, null, 2)}\n`);
  return [...missing].map((element) => `${file} does not have ${element}`);
}
