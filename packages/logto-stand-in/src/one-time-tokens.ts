import { randomBytes } from "node:crypto";
import { z } from "zod";
import { ApiError } from "./api-error.js";
import type { Records } from "./records.js";

/** Seconds. Logto's default. */
const defaultLifetime = 600;
/** Seconds. So long an expired or used token is still known as that. */
const remembered = 24 * 60 * 60;
const model = "OneTimeToken";

/** The body of Logto's `POST /api/one-time-tokens`. */
export const oneTimeTokenSchema = z.strictObject({
  email: z.string().min(1).max(128),
  /** Seconds. */
  expiresIn: z.number().min(1).default(defaultLifetime),
});

const status = z.enum(["active", "consumed", "revoked", "expired"]);

/** The query of Logto's `GET /api/one-time-tokens`. */
export const oneTimeTokenFilter = z
  .object({ email: z.string().regex(/^\S+@\S+\.\S+$/), status })
  .partial();

/** The body of Logto's `PUT /api/one-time-tokens/:id/status`. */
export const oneTimeTokenStatus = z.object({ status });

const tokenSchema = z.object({
  id: z.string(),
  token: z.string(),
  email: z.string(),
  status,
  /** Milliseconds since the epoch; so is the other. */
  createdAt: z.number(),
  expiresAt: z.number(),
});
type OneTimeToken = z.infer<typeof tokenSchema>;

/** The tokens of magic links, stored with the server's other records (Logto facts: sign-in). */
export class OneTimeTokens {
  readonly #records: Records;

  constructor(records: Records) {
    this.#records = records;
  }

  /** Those that match, the newest first. */
  list(filter: z.output<typeof oneTimeTokenFilter>): OneTimeToken[] {
    return [...this.#records.model(model).keys()]
      .flatMap((token) => this.#find(token) ?? [])
      .filter(
        (each) =>
          (filter.email === undefined || each.email === filter.email) &&
          (filter.status === undefined || each.status === filter.status),
      )
      .reverse();
  }

  /** Creates a token that signs in the user with this address once. */
  create({ email, expiresIn }: z.output<typeof oneTimeTokenSchema>): OneTimeToken {
    const token = randomBytes(16).toString("hex");
    const createdAt = this.#records.now();
    const expiresAt = createdAt + expiresIn * 1000;
    const id = token.slice(0, 21);
    return this.#store({ id, token, email, status: "active", createdAt, expiresAt });
  }

  setStatus(id: string, { status: changed }: z.output<typeof oneTimeTokenStatus>): OneTimeToken {
    const found = this.list({}).find((each) => each.id === id);
    if (!found)
      throw new ApiError(404, "entity.not_exists_with_id", "The resource does not exist.");
    const code = "one_time_token.cannot_reactivate_token";
    if (changed === "active") throw new ApiError(400, code, "The token cannot be reactivated.");
    return this.#store({ ...found, status: changed });
  }

  /**
   * Uses a token up. The checks are Logto's, in its order. It compares the address exactly.
   *
   * @returns why the token is rejected, or undefined
   */
  consume(token: string, email: string): string | undefined {
    const found = this.#find(token);
    if (!found) return "There is no such token.";
    if (found.email !== email) return "The token is for another e-mail address.";
    if (found.status === "expired" || found.expiresAt <= this.#records.now())
      return "The token has expired.";
    if (found.status === "consumed") return "The token was used already.";
    if (found.status === "revoked") return "The token was revoked.";
    this.#store({ ...found, status: "consumed" });
    return undefined;
  }

  #find(token: string): OneTimeToken | undefined {
    const { data: found } = tokenSchema.safeParse(this.#records.find(model, token)?.payload);
    const isExpired = found?.status === "active" && found.expiresAt <= this.#records.now();
    return isExpired ? { ...found, status: "expired" } : found;
  }

  #store(token: OneTimeToken): OneTimeToken {
    const expiresAt = token.expiresAt + remembered * 1000;
    this.#records.put({ model, id: token.token, payload: token, expiresAt });
    return token;
  }
}
