import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

const writeDelay = 250;

/**
 * A JSON file that follows what `content` returns. Writes are gathered for a quarter of a second
 * and replace the file in one step, so that a crash in the middle of one leaves the old file.
 * Without a path nothing is read or written.
 */
export class DataFile {
  readonly #path: string | undefined;
  #content: (() => unknown) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(path: string | undefined) {
    this.#path = path;
  }

  /**
   * Reads the file through `parse`. Returns undefined when there is none or it is unreadable, and
   * says the latter.
   */
  read<T>(parse: (content: unknown) => T): T | undefined {
    if (!this.#path || !existsSync(this.#path)) return undefined;
    try {
      return parse(JSON.parse(readFileSync(this.#path, "utf8")));
    } catch {
      console.warn(`identity: ${this.#path} is unreadable, starting with the seeded people`);
      return undefined;
    }
  }

  /** From now on `changed()` writes what `content` returns. */
  follow(content: () => unknown): void {
    this.#content = content;
  }

  changed = (): void => {
    if (!this.#path || !this.#content || this.#timer) return;
    this.#timer = setTimeout(() => this.flush(), writeDelay);
  };

  /** Writes at once what waits to be written. */
  flush(): void {
    if (!this.#timer) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#path || !this.#content) return;
    const temporary = `${this.#path}.${process.pid}.tmp`;
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(temporary, JSON.stringify(this.#content()), { mode: 0o600 });
    renameSync(temporary, this.#path);
  }
}
