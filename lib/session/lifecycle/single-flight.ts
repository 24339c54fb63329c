import { toLogtoError } from "@/lib/logto/client";
import type { LogtoError } from "@/lib/logto/errors";

/**
 * Sends one request of a kind at a time: calls in the meantime get its result. After a temporary
 * failure it throws the same error for 1 s, 2 s, 4 s … 10 s without a request; then the next call
 * tries again.
 */
export class SingleFlight<Result> {
  #inFlight: Promise<Result> | undefined;
  #failure: { error: LogtoError; count: number; notBefore: number } | undefined;

  /** The last failure, if no request has succeeded since. */
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
    this.#inFlight ??= this.#send(send, now).finally(() => {
      this.#inFlight = undefined;
    });
    return this.#inFlight;
  }

  async #send(send: () => Promise<Result>, now: () => number): Promise<Result> {
    try {
      const result = await send();
      this.#failure = undefined;
      return result;
    } catch (thrown) {
      const error = toLogtoError(thrown);
      const count = (this.#failure?.count ?? 0) + 1;
      // An immediate retry would only add load.
      const pause = error.isTemporary ? Math.min(1_000 * 2 ** (count - 1), 10_000) : 0;
      this.#failure = { error, count, notBefore: now() + pause };
      throw error;
    }
  }
}
