import { decode } from "@auth/core/jwt";
import { z } from "zod";
import { claims, type Session, Sessions } from "./sessions.js";

/** The cookie also has the user's tokens. Parsing removes them. */
const stored = z.object({
  subject: z.string().min(1),
  /** In seconds since 1970. */
  startedAt: z.number(),
  claims,
  omitted: z.array(z.string()).optional(),
  authenticatedAt: z.number().optional(),
});

/**
 * Strategy `jwt`: the encrypted cookie is the session. This server can't see a sign-out, so a copy
 * of the cookie stays valid here until it expires.
 */
export class CookieSessions extends Sessions {
  /**
   * A compact JWE without an encrypted key (RFC 7516 §7.1). A value with a missing chunk has fewer
   * dots.
   */
  protected readonly shape = /^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/;

  /**
   * @param secrets each of them can decrypt
   * @param cookieName the salt of the key
   */
  constructor(
    private readonly secrets: readonly string[],
    private readonly cookieName: string,
  ) {
    super();
  }

  protected async lookUp(values: readonly string[]): Promise<Session | undefined> {
    const payloads = await Promise.all(values.map((value) => this.#decrypt(value)));
    const [newest] = payloads
      .flatMap((payload) => stored.safeParse(payload).data ?? [])
      .sort((a, b) => b.startedAt - a.startedAt);
    if (!newest) return undefined;
    const { subject, claims, omitted = [], authenticatedAt } = newest;
    return { subject, claims, omitted, ...(authenticatedAt !== undefined && { authenticatedAt }) };
  }

  /** @returns null if the token was tampered with, has expired or has another secret */
  async #decrypt(token: string): Promise<unknown> {
    return decode({ token, secret: [...this.secrets], salt: this.cookieName }).catch(() => null);
  }
}
