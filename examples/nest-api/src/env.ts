import { z } from "zod";

const words = (value: string) => value.split(/[\s,]+/).filter(Boolean);
const secret = z.string().min(32, "has fewer than 32 characters");
const webUrl = z.url({ protocol: /^https?$/, error: "is not an http(s) URL" });
const isOrigin = (value: string) =>
  !value.includes("*") && URL.canParse(value) && new URL(value).origin === value;

const settings = z
  .object({
    PORT: z.coerce.number("is not a port").int("is not a port").min(0).max(65_535).default(4000),
    HOST: z.string().optional(),
    AUTH_URL: z.string("is missing").pipe(webUrl),
    AUTH_LOGTO_ISSUER: z
      .string("is missing")
      .pipe(webUrl)
      .transform((value) => value.replace(/\/$/, "")),
    API_RESOURCE: z.string("is missing").pipe(z.url("is not a URI")),
    CORS_ORIGINS: z
      .string()
      .default("")
      .transform(words)
      .refine(
        (origins) => origins.every(isOrigin),
        "has an entry that is no origin (a wildcard is none)",
      ),
  })
  .transform((env) => ({
    port: env.PORT,
    /** Undefined: all addresses of the machine. */
    host: env.HOST,
    /**
     * Also the salt of its key. A `__Host-` cookie would never get here: it stays with the app's
     * own host.
     */
    cookieName: `${new URL(env.AUTH_URL).protocol === "https:" ? "__Secure-" : ""}authjs.session-token`,
    issuer: env.AUTH_LOGTO_ISSUER,
    resource: env.API_RESOURCE,
    /** Whose pages may call this server from a browser. */
    origins: [new URL(env.AUTH_URL).origin, ...env.CORS_ORIGINS],
  }));

const rowStore = z
  .object({
    AUTH_SESSION_STRATEGY: z.literal("database"),
    DATABASE_URL: z
      .string("is missing (needed by strategy database)")
      .pipe(z.url({ protocol: /^postgres(ql)?$/, error: "is not a PostgreSQL URL" })),
  })
  .transform((env) => ({ strategy: env.AUTH_SESSION_STRATEGY, databaseUrl: env.DATABASE_URL }));

const cookieStore = z
  .object({
    AUTH_SESSION_STRATEGY: z.literal("jwt"),
    AUTH_SECRET: z.string("is missing (needed by strategy jwt)").pipe(secret),
    AUTH_SECRET_1: secret.optional(),
    AUTH_SECRET_2: secret.optional(),
    AUTH_SECRET_3: secret.optional(),
  })
  .transform((env) => ({
    strategy: env.AUTH_SESSION_STRATEGY,
    /** Newest first; any of them decrypts. */
    secrets: [env.AUTH_SECRET_3, env.AUTH_SECRET_2, env.AUTH_SECRET_1, env.AUTH_SECRET].filter(
      (part) => part !== undefined,
    ),
  }));

const store = z.discriminatedUnion(
  "AUTH_SESSION_STRATEGY",
  [rowStore, cookieStore],
  "is neither jwt nor database",
);
const schema = settings.and(store);

/**
 * The configuration, parsed. It has a database in strategy `database` only, and secrets in strategy
 * `jwt` only.
 */
export type Env = z.output<typeof schema>;

/** Names the configuration for Nest's dependency injection. */
export const ENV = Symbol("ENV");

/**
 * The configuration is wrong or incomplete. The message is a list for the operator and names no
 * values.
 */
export class EnvError extends Error {
  override name = "EnvError";
}

/**
 * Validates the variables. Trims values and takes an empty one as unset, as the app does.
 * AUTH_SESSION_STRATEGY also has the app's default: `database` where DATABASE_URL is set, else
 * `jwt`.
 *
 * @throws EnvError naming each wrong or missing variable and what is wrong
 */
export function parseEnv(source: Record<string, string | undefined>): Env {
  const trimmed = Object.entries(source).map(([name, value]) => [name, value?.trim()] as const);
  const set = Object.fromEntries(trimmed.filter(([, value]) => value));
  const strategy = set.DATABASE_URL ? "database" : "jwt";
  const result = schema.safeParse({ AUTH_SESSION_STRATEGY: strategy, ...set });
  if (result.success) return result.data;
  const problems = new Map(
    result.error.issues.map(({ path: [name], message }) => [String(name), message]),
  );
  const lines = [...problems].map(([name, problem]) => `  ${name.padEnd(21)}  ${problem}`);
  throw new EnvError(
    [
      "The configuration is not complete:",
      "",
      ...lines,
      "",
      "README.md explains each variable.",
    ].join("\n"),
  );
}
