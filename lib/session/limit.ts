import { DatabaseError } from "@/lib/db";

/** Lets so many run at a time; the others wait their turn, though not for ever. */
export class Limit {
  #running = 0;
  readonly #waiting = new Set<() => void>();

  /** @param patience how long one waits at most, in milliseconds */
  constructor(
    readonly most: number,
    readonly patience: number,
  ) {}

  /** @throws DatabaseError when its turn does not come in time; then `work` is not done */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.most) this.#running += 1;
    else await this.#turn();
    try {
      return await work();
    } finally {
      const [next] = this.#waiting;
      if (next) next();
      else this.#running -= 1;
    }
  }

  /** Whoever ends hands its place on. */
  #turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        this.#waiting.delete(next);
        reject(new DatabaseError("too many at once"));
      }, this.patience);
      const next = () => {
        clearTimeout(late);
        this.#waiting.delete(next);
        resolve();
      };
      this.#waiting.add(next);
    });
  }
}
