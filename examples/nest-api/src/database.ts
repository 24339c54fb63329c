import { Inject, Injectable, type OnModuleDestroy } from "@nestjs/common";
import { PrismaPg } from "@prisma/adapter-pg";
import { ENV, type Env } from "./env.js";
import { PrismaClient } from "./generated/client.js";
import { Unavailable } from "./refusals.js";

/** How long to wait for a connection, and for a query, in milliseconds. */
const timeout = 5_000;

/** The app's database, where it has one. */
@Injectable()
export class Database implements OnModuleDestroy {
  readonly #client: PrismaClient | undefined;

  constructor(@Inject(ENV) { databaseUrl }: Env) {
    if (!databaseUrl) return;
    const adapter = new PrismaPg({
      connectionString: databaseUrl,
      connectionTimeoutMillis: timeout,
      query_timeout: timeout,
    });
    this.#client = new PrismaClient({ adapter, errorFormat: "minimal" });
  }

  /**
   * @param ask the query
   * @returns its result; undefined where there is no database
   * @throws Unavailable when the database does not answer
   */
  async query<T>(ask: (client: PrismaClient) => Promise<T>): Promise<T | undefined> {
    if (!this.#client) return undefined;
    try {
      return await ask(this.#client);
    } catch (error) {
      // Prisma's messages repeat the query and the host; the code says enough.
      const code = error instanceof Error && "code" in error ? String(error.code) : "no answer";
      throw new Unavailable(`database: ${code}`);
    }
  }

  async onModuleDestroy(): Promise<void> {
    await this.#client?.$disconnect();
  }
}
