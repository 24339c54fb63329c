import { createHash } from "node:crypto";
import { decode } from "@auth/core/jwt";
import { Inject, Injectable } from "@nestjs/common";
import { z } from "zod";
import { Database } from "../database.js";
import { ENV, type Env } from "../env.js";

const claims = z.object({
  name: z.string().nullish(),
  username: z.string().nullish(),
  roles: z.array(z.string()).nullish(),
});

/** What this server needs of a session. The cookie of strategy `jwt` holds the user's tokens too: they are dropped here. */
const session = z.object({
  /** Logto's subject; the user's id where there is no Logto grant. */
  sub: z.string().min(1),
  sid: z.string().min(1),
  logtoSid: z.string().optional(),
  /** In seconds since 1970. */
  startedAt: z.number(),
  claims,
});

export type Session = z.output<typeof session>;

/** Looks up the app's sessions, the way the app keeps them. */
@Injectable()
export class Sessions {
  constructor(
    @Inject(ENV) private readonly env: Env,
    private readonly database: Database,
  ) {}

  /**
   * @param values what the session cookie may be
   * @returns the session that began last of those that they stand for; undefined where all are over, revoked or none of ours
   * @throws Unavailable when the database does not answer
   */
  async find(values: readonly string[]): Promise<Session | undefined> {
    if (this.env.strategy === "database") return this.#findRow(values);
    const decrypted = await Promise.all(values.map((value) => this.#decrypt(value)));
    const sessions = decrypted.filter((each) => each !== undefined).sort((a, b) => b.startedAt - a.startedAt);
    for (const each of sessions) if (!(await this.#isRevoked(each))) return each;
    return undefined;
  }

  /** @returns undefined for what is tampered with, expired, or of another secret */
  async #decrypt(token: string): Promise<Session | undefined> {
    const { secrets, cookieName } = this.env;
    const payload = await decode({ token, secret: [...secrets], salt: cookieName }).catch(() => null);
    return session.safeParse(payload).data;
  }

  /** Without a database there is no telling: what the app knows of its sign-outs, only its own process knows. */
  async #isRevoked({ sid, sub, logtoSid, startedAt }: Session): Promise<boolean> {
    const keys = [`session:${sid}`, `subject:${sub}`, ...(logtoSid ? [`logto-session:${logtoSid}`] : [])];
    const before = { gte: new Date(startedAt * 1000) };
    const found = await this.database.query(({ revocation, session }) =>
      Promise.all([
        revocation.findFirst({ where: { key: { in: keys }, before, expires: { gt: new Date() } } }),
        session.findFirst({ where: { sid, endedAt: { not: null } } }),
      ]),
    );
    return found?.some(Boolean) ?? false;
  }

  async #findRow(values: readonly string[]): Promise<Session | undefined> {
    const hashes = values.map((value) => createHash("sha256").update(value).digest("hex"));
    const row = await this.database.query(({ session }) =>
      session.findFirst({
        where: { sessionToken: { in: hashes }, endedAt: null, expires: { gt: new Date() } },
        orderBy: { startedAt: "desc" },
      }),
    );
    if (!row) return undefined;
    const { sid, subject, userId, startedAt } = row;
    return {
      sid,
      sub: subject ?? userId,
      startedAt: startedAt.getTime() / 1000,
      claims: claims.parse(row.claims),
    };
  }
}
