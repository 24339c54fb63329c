import { createHash } from "node:crypto";
import type { OnModuleDestroy } from "@nestjs/common";
import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "../generated/client.js";
import { UnavailableError } from "../errors.js";
import { claims, type Session, Sessions } from "./sessions.js";

/** Timeout of a connection, and of a query, in milliseconds. */
const timeout = 5_000;

/** Strategy `database`: the cookie names a row of the app's database. */
export class RowSessions extends Sessions implements OnModuleDestroy {
  /** 256 random bits in base64url. */
  protected readonly shape = /^[\w-]{43}$/;

  readonly #client: PrismaClient;

  /** @param databaseUrl of the app's database; the first query opens the connection */
  constructor(databaseUrl: string) {
    super();
    const adapter = new PrismaPg({
      connectionString: databaseUrl,
      connectionTimeoutMillis: timeout,
      query_timeout: timeout,
    });
    this.#client = new PrismaClient({ adapter, errorFormat: "minimal" });
  }

  protected async lookUp(values: readonly string[]): Promise<Session | undefined> {
    const hashes = values.map((value) => createHash("sha256").update(value).digest("hex"));
    const row = await this.#client.session
      .findFirst({
        where: { sessionToken: { in: hashes }, endedAt: null, expires: { gt: new Date() } },
        orderBy: { startedAt: "desc" },
      })
      .catch(throwUnavailable);
    if (!row) return undefined;
    const { userId: subject, authenticatedAt } = row;
    return {
      subject,
      claims: claims.parse(row.claims),
      ...(authenticatedAt && { authenticatedAt: authenticatedAt.getTime() / 1000 }),
    };
  }

  async onModuleDestroy(): Promise<void> {
    await this.#client.$disconnect();
  }
}

/** Reports only the error code, because Prisma's messages contain the query and the host. */
function throwUnavailable(error: unknown): never {
  const code = error instanceof Error && "code" in error ? String(error.code) : "no response";
  throw new UnavailableError(`database: ${code}`);
}
