import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Milliseconds. */
const writeDelay = 250;

/**
 * A JSON file that holds what `content` returns. Changes are collected for a quarter of a second. A
 * write replaces the file in one step, so that a crash during a write leaves the old file. Without
 * a path nothing is read or written.
 */
export class DataFile {
  readonly #path: string | undefined;
  #content: (() => unknown) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(path: string | undefined) {
    this.#path = path;
  }

  /**
   * Reads the file through `parse`. Returns undefined when there is no file, or when it is
   * unreadable, which it also logs.
   */
  read<T>(parse: (content: unknown) => T): T | undefined {
    if (!this.#path || !existsSync(this.#path)) return undefined;
    try {
      return parse(JSON.parse(readFileSync(this.#path, "utf8")));
    } catch {
      console.warn(`logto-stand-in: ${this.#path} is unreadable, starting without it`);
      return undefined;
    }
  }

  /** Sets what `scheduleWrite()` writes from now on. */
  setContent(content: () => unknown): void {
    this.#content = content;
  }

  scheduleWrite = (): void => {
    if (!this.#path || !this.#content || this.#timer) return;
    this.#timer = setTimeout(() => this.flush(), writeDelay);
  };

  /** Writes pending changes now. */
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
