import { z } from "zod";

const words = (value: string) => value.split(/[\s,]+/).filter(Boolean);
const secret = z.string().min(32, "has fewer than 32 characters");
const webUrl = z.url({ protocol: /^https?$/, error: "is not an http(s) URL" });
const isOrigin = (value: string) =>
  !value.includes("*") && URL.canParse(value) && new URL(value).origin === value;

const schema = z
  .object({
    PORT: z.coerce.number("is not a port").int("is not a port").min(0).max(65_535).default(4000),
    AUTH_URL: z.string("is missing").pipe(webUrl),
    AUTH_SESSION_STRATEGY: z.enum(["jwt", "database"], "is neither jwt nor database").default("jwt"),
    AUTH_SECRET: z
      .string()
      .default("")
      .transform((value) => value.split(",").flatMap((part) => part.trim() || []))
      .pipe(z.array(secret)),
    AUTH_SECRET_1: secret.optional(),
    AUTH_SECRET_2: secret.optional(),
    AUTH_SECRET_3: secret.optional(),
    DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: "is not a PostgreSQL URL" }).optional(),
    AUTH_LOGTO_ISSUER: z
      .string("is missing")
      .pipe(webUrl)
      .transform((value) => value.replace(/\/$/, "")),
    API_RESOURCE: z.string("is missing").pipe(z.url("is not a URI")),
    CORS_ORIGINS: z
      .string()
      .default("")
      .transform(words)
      .refine((origins) => origins.every(isOrigin), "has an entry that is no origin (a wildcard is none)"),
  })
  .refine((value) => value.AUTH_SESSION_STRATEGY !== "jwt" || value.AUTH_SECRET.length > 0, {
    path: ["AUTH_SECRET"],
    error: "is missing (needed by strategy jwt)",
    when: () => true,
  })
  .refine((value) => value.AUTH_SESSION_STRATEGY !== "database" || value.DATABASE_URL, {
    path: ["DATABASE_URL"],
    error: "is missing (needed by strategy database)",
    when: () => true,
  })
  .transform(({ AUTH_SECRET, AUTH_SECRET_1, AUTH_SECRET_2, AUTH_SECRET_3, ...env }) => ({
    port: env.PORT,
    strategy: env.AUTH_SESSION_STRATEGY,
    /** Newest first; any of them decrypts. */
    secrets: [AUTH_SECRET_3, AUTH_SECRET_2, AUTH_SECRET_1, ...AUTH_SECRET].filter(
      (part) => part !== undefined,
    ),
    /** Also the salt of its key. A `__Host-` cookie would never get here: it stays with the app's own host. */
    cookieName: `${new URL(env.AUTH_URL).protocol === "https:" ? "__Secure-" : ""}authjs.session-token`,
    databaseUrl: env.DATABASE_URL,
    issuer: env.AUTH_LOGTO_ISSUER,
    resource: env.API_RESOURCE,
    /** Whose pages may call this server from a browser. */
    origins: [new URL(env.AUTH_URL).origin, ...env.CORS_ORIGINS],
  }));

/** The configuration, parsed. */
export type Env = z.output<typeof schema>;

/** Names the configuration for Nest's dependency injection. */
export const ENV = Symbol("ENV");

/** The configuration is wrong or incomplete. The message is a list for the operator and names no values. */
export class EnvError extends Error {
  override name = "EnvError";
}

/**
 * Validates the variables. An empty string counts as unset.
 *
 * @throws EnvError naming each wrong or missing variable and what is wrong
 */
export function parseEnv(source: Record<string, string | undefined>): Env {
  const set = Object.fromEntries(Object.entries(source).filter(([, value]) => value?.trim()));
  const result = schema.safeParse(set);
  if (result.success) return result.data;
  const problems = new Map(result.error.issues.map(({ path: [name], message }) => [String(name), message]));
  const lines = [...problems].map(([name, problem]) => `  ${name.padEnd(21)}  ${problem}`);
  throw new EnvError(
    ["The configuration is not complete:", "", ...lines, "", "README.md explains each variable."].join("\n"),
  );
}
