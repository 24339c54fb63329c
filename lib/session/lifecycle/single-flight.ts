import { toLogtoError } from "@/lib/logto/client";
import type { LogtoError, LogtoErrorCode } from "@/lib/logto/errors";

/**
 * Failures that say nothing about the user and may pass: asking again at once would only burden the
 * provider.
 */
const temporary: readonly LogtoErrorCode[] = ["unavailable", "invalid_client", "rejected"];

/**
 * One request of a kind at a time: whoever asks meanwhile gets the same answer. After a failure
 * that may pass, the same error is given at once for 1 s, 2 s, 4 s … 10 s, and then the next who
 * asks tries again.
 */
export class SingleFlight<Result> {
  #underWay: Promise<Result> | undefined;
  #failure: { error: LogtoError; count: number; notBefore: number } | undefined;

  /** The last failure, when nothing has succeeded since. */
  get failure(): LogtoError | undefined {
    return this.#failure?.error;
  }

  /**
   * @param send makes the request
   * @param now in milliseconds
   * @throws LogtoError
   */
  async run(send: () => Promise<Result>, now: () => number): Promise<Result> {
    if (this.#failure && now() < this.#failure.notBefore) throw this.#failure.error;
    this.#underWay ??= this.#send(send, now).finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #send(send: () => Promise<Result>, now: () => number): Promise<Result> {
    try {
      const answer = await send();
      this.#failure = undefined;
      return answer;
    } catch (thrown) {
      const error = toLogtoError(thrown);
      const count = (this.#failure?.count ?? 0) + 1;
      const pause = temporary.includes(error.code) ? Math.min(1_000 * 2 ** (count - 1), 10_000) : 0;
      this.#failure = { error, count, notBefore: now() + pause };
      throw error;
    }
  }
}
