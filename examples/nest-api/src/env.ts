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
        "has an entry that is not an origin (wildcards are not allowed)",
      ),
  })
  .transform((env) => ({
    port: env.PORT,
    /** Undefined: listens on all addresses of the machine. */
    host: env.HOST,
    /**
     * Also the salt of its key. Not `__Host-`, because browsers would send such a cookie to the
     * app's own host only.
     */
    cookieName: `${new URL(env.AUTH_URL).protocol === "https:" ? "__Secure-" : ""}authjs.session-token`,
    issuer: env.AUTH_LOGTO_ISSUER,
    resource: env.API_RESOURCE,
    /** Origins whose pages may call this server from a browser. */
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
    /** Newest first; each of them can decrypt. */
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
 * The parsed configuration. Only strategy `database` has a database URL, only strategy `jwt` has
 * secrets.
 */
export type Env = z.output<typeof schema>;

/** The injection token of the configuration. */
export const ENV = Symbol("ENV");

/**
 * The configuration is wrong or incomplete. The message is a list for the operator and contains no
 * values.
 */
export class EnvError extends Error {
  override name = "EnvError";
}

/**
 * Validates the variables. Trims values and treats an empty one as unset, as the app does.
 * AUTH_SESSION_STRATEGY has the same default as in the app: `database` if DATABASE_URL is set, else
 * `jwt`.
 *
 * @throws EnvError lists each missing or invalid variable with the reason
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
      "README.md describes each variable.",
    ].join("\n"),
  );
}
