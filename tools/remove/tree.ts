import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Folders that belong to no feature: packages, what is generated, and what a machine stores. */
const skipped = /^(node_modules|dist|generated|\.git|\.data|\.next.*|test-results)$/;

/** Every file at or below a path, as paths from the root. */
export function filesBelow(root: string, file: string): string[] {
  const stat = lstatSync(path.join(root, file), { throwIfNoEntry: false });
  if (!stat) return [];
  if (!stat.isDirectory()) return [file];
  return readdirSync(path.join(root, file))
    .filter((name) => !skipped.test(name))
    .flatMap((name) => filesBelow(root, path.posix.join(file, name)));
}

/** The project as it will be: changes are collected, and written only by `write`. */
export class Tree {
  readonly deleted = new Set<string>();
  readonly changed = new Map<string, string>();

  constructor(readonly root: string) {}

  has(file: string): boolean {
    return !this.isDeleted(file) && existsSync(path.join(this.root, file));
  }

  /** Whether the file, or a folder that it is in, is deleted. */
  isDeleted(file: string): boolean {
    return this.deleted.has(file) || (file !== "." && this.isDeleted(path.posix.dirname(file)));
  }

  read(file: string): string {
    return this.changed.get(file) ?? readFileSync(path.join(this.root, file), "utf8");
  }

  write(): void {
    for (const file of this.deleted) {
      rmSync(path.join(this.root, file), { recursive: true, force: true });
      this.#deleteEmptyFolder(path.posix.dirname(file));
    }
    for (const [file, text] of this.changed)
      if (!this.isDeleted(file)) writeFileSync(path.join(this.root, file), text);
  }

  #deleteEmptyFolder(folder: string): void {
    const full = path.join(this.root, folder);
    if (folder === "." || !existsSync(full) || readdirSync(full).length > 0) return;
    rmSync(full, { recursive: true });
    this.#deleteEmptyFolder(path.posix.dirname(folder));
  }
}
