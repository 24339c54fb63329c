import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import path from "node:path";
import { preProcessFile } from "typescript";
import { expect, test } from "vitest";
import { z } from "zod";

const versions = z.record(z.string(), z.string()).default({});
const manifest = z.object({
  dependencies: versions,
  devDependencies: versions,
  overrides: z.record(z.string(), z.unknown()).default({}),
  "//overrides": versions,
});
const readManifest = (folder: string) =>
  manifest.parse(JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")));

/** All files of git's index that match, and that are still there. */
const filesLike = (...patterns: string[]) => {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", ...patterns];
  const files = execFileSync("git", args, { encoding: "utf8" }).split("\n");
  return files.filter((file) => file && existsSync(file));
};

const folders = filesLike("package.json", "*/package.json").map((file) => path.dirname(file));

/** The folder of the manifest that is nearest to a file. */
function folderOf(file: string): string {
  const folder = path.dirname(file);
  return folders.includes(folder) ? folder : folderOf(folder);
}

/** Packages that a file imports by name, also in `import type` and `import()`. */
function packagesIn(file: string): string[] {
  const names = preProcessFile(readFileSync(file, "utf8"))
    .importedFiles.map(({ fileName }) => fileName)
    .filter((name) => !/^(\.|@\/|#)/.test(name) && !isBuiltin(name))
    .map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
  return [...new Set(names)];
}
/** Where the types of a package without any are published: `koa` is `@types/koa`. */
const typesOf = (name: string) => `@types/${name.replace(/^@/, "").replace("/", "__")}`;

test.each(folders)("%s/package.json declares every package that its files import", (folder) => {
  const { dependencies, devDependencies } = readManifest(folder);
  const declared = new Set(Object.keys({ ...dependencies, ...devDependencies }));
  const undeclared = filesLike("*.ts", "*.tsx", "*.mts", "*.mjs")
    .filter((file) => folderOf(file) === folder)
    .flatMap((file) => packagesIn(file).map((name) => ({ file, name })))
    .filter(({ name }) => !declared.has(name) && !declared.has(typesOf(name)));
  expect(undeclared).toEqual([]);
});

test.each(folders)("%s/package.json gives the reason for each override", (folder) => {
  const { overrides, "//overrides": reasons } = readManifest(folder);
  expect(Object.keys(reasons).sort()).toEqual(Object.keys(overrides).sort());
});
