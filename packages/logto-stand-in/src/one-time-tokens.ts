import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Records } from "./records.js";

/** Seconds. Logto's default. */
const defaultLifetime = 600;
/** Seconds. So long an expired or used token is still known as that. */
const remembered = 24 * 60 * 60;
const model = "OneTimeToken";

/** The body of Logto's `POST /api/one-time-tokens`. */
export const oneTimeTokenSchema = z.strictObject({
  email: z.string().regex(/^\S+@\S+\.\S+$/),
  /** Seconds. */
  expiresIn: z.number().min(1).default(defaultLifetime),
});

const payloadSchema = z.object({ email: z.string(), expiresAt: z.number() });

/** The tokens of magic links, stored with the server's other records (Logto facts: sign-in). */
export class OneTimeTokens {
  readonly #records: Records;

  constructor(records: Records) {
    this.#records = records;
  }

  /** Creates a token that signs in the user with this address once. @returns as Logto's API does */
  create({ email, expiresIn }: z.output<typeof oneTimeTokenSchema>) {
    const now = this.#records.now();
    const token = randomBytes(16).toString("hex");
    const expiresAt = now + expiresIn * 1000;
    this.#records.put({
      model,
      id: token,
      payload: { email, expiresAt },
      expiresAt: expiresAt + remembered * 1000,
    });
    return { id: token.slice(0, 21), token, email, status: "active", createdAt: now, expiresAt };
  }

  /**
   * Uses a token up. The checks are Logto's, in its order. It compares the address exactly.
   *
   * @returns why the token is rejected, or undefined
   */
  consume(token: string, email: string): string | undefined {
    const record = this.#records.find(model, token);
    if (!record) return "There is no such token.";
    const payload = payloadSchema.parse(record.payload);
    if (payload.email !== email) return "The token is for another e-mail address.";
    if (payload.expiresAt <= this.#records.now()) return "The token has expired.";
    if (record.consumedAt !== undefined) return "The token was used already.";
    this.#records.put({ ...record, consumedAt: this.#records.now() });
    return undefined;
  }
}
