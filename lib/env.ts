import { z } from "zod";
import { databaseUrl } from "./database-url";

/** The scopes requested when LOGTO_SCOPES is unset: user claims and a refresh token. */
const defaultScopes =
  "openid offline_access profile email roles custom_data identities " +
  "urn:logto:scope:organizations urn:logto:scope:organization_roles";

const splitWords = (value: string) => value.split(/[\s,]+/).filter(Boolean);
const secret = z.string("is missing").min(32, "has fewer than 32 characters");

/**
 * Host names and IP addresses. The URL parser alone would also accept `*.example.com`,
 * `a.example,b.example` and `${HOST}` as hosts.
 */
const hostname = /^([a-z0-9._-]+|\[[0-9a-f:.]+\])$/;
/**
 * Normalised by the URL parser, because the issuer is compared with Logto's tokens and documents
 * character by character.
 */
const webUrl = z
  .url({
    protocol: /^https?$/,
    hostname,
    normalize: true,
    error: "is not an http(s) URL",
    abort: true,
  })
  .refine((value) => {
    const { username, password } = new URL(value);
    return !username && !password && !/[?#]/.test(value);
  }, "has credentials, a query or a fragment");

/** RFC 8707 §2 */
const resourceIndicator = z
  .url({ error: "has an entry that is not a URI", abort: true })
  .refine(
    (value) => !value.includes("#"),
    "has an entry with a fragment, which a resource must not have",
  );

/** RFC 6749 §3.3 */
const scopeToken = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

/** Docker's `--env-file` treats quotes as part of the value. */
const credential = z
  .string("is missing")
  .refine(
    (value) => !/\s|^(["'`]).*\1$/.test(value),
    "has quotes or spaces, but Logto's values never do",
  );

/** An e-mail address, or `@domain` for all addresses of a domain. `*` is not a wildcard. */
const allowedEmails = /^[^@\s*<>()[\],;:\\"]*@([\p{L}\p{M}\p{N}-]+\.)+[\p{L}\p{M}\p{N}-]+$/u;

/** `target:Name` of a social connector at Logto: its identity provider's name, and the button's. */
const socialConnector = z
  .string()
  .regex(/^[\w.-]+:\s*\S/, "has an entry that is not target:Name")
  .transform((entry) => {
    const [target = "", ...name] = entry.split(":");
    return { target, name: name.join(":").trim() };
  });

/** A setting that this app does not support. It must be unset. */
const unsupported = (why: string) => z.undefined(why).optional();

/** Not an API. Requested at sign-in so that organization tokens contain permissions. */
const organizationsResource = "urn:logto:resource:organizations";

const schema = z
  .object({
    AUTH_SECRET: secret,
    AUTH_SECRET_1: secret.optional(),
    AUTH_SECRET_2: secret.optional(),
    AUTH_SECRET_3: secret.optional(),
    AUTH_URL: webUrl
      .refine(
        (value) => new URL(value).pathname === "/",
        "has a path, but the app must be at the root of its host",
      )
      .transform((value) => new URL(value).origin)
      .optional(),
    AUTH_TRUST_HOST: z.stringbool("is neither true nor false").optional(),
    AUTH_COOKIE_DOMAIN: z
      .string()
      .transform((value) => value.replace(/^\./, "").toLowerCase())
      .refine(
        (value) => /^[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z][a-z0-9-]*$/.test(value),
        "is not a domain",
      )
      .optional(),
    AUTH_LOGTO_ID: credential,
    AUTH_LOGTO_SECRET: credential,
    AUTH_LOGTO_ISSUER: z
      .string("is missing")
      .pipe(webUrl)
      .transform((value) => value.replace(/\/$/, ""))
      .refine(
        (value) => value.endsWith("/oidc"),
        "does not end in /oidc, as every Logto issuer does",
      ),
    LOGTO_SCOPES: z
      .string()
      .default(defaultScopes)
      .transform(splitWords)
      .refine((scopes) => scopes.includes("openid"), "does not contain openid")
      .refine(
        (scopes) => scopes.every((scope) => scopeToken.test(scope)),
        "has an entry that is not a scope",
      ),
    LOGTO_RESOURCES: z.string().default("").transform(splitWords).pipe(z.array(resourceIndicator)),
    LOGTO_WEBHOOK_KEY: credential.min(16, "has fewer than 16 characters").optional(),
    LOGTO_SOCIAL: z
      .string()
      .default("")
      .transform((value) => value.split(",").flatMap((entry) => entry.trim() || []))
      .pipe(z.array(socialConnector)),
    LOGTO_M2M_ID: credential.optional(),
    LOGTO_M2M_SECRET: credential.optional(),
    LOGTO_M2M_RESOURCE: z.url("is not a URI").optional(),
    LOGTO_INVITATION_ROLES: z.string().default("").transform(splitWords),
    API_URL: webUrl.transform((value) => value.replace(/\/+$/, "")).optional(),
    API_RESOURCE: z.url("is not a URI").optional(),
    AUTH_SESSION_STRATEGY: z.enum(["jwt", "database"], "is neither jwt nor database").optional(),
    DATABASE_URL: z
      .string()
      .refine((value) => value !== "embedded", {
        error: "is embedded, which works only with `npm run dev`",
        abort: true,
      })
      .pipe(databaseUrl)
      .optional(),
    AUTH_ALLOWED_EMAILS: z
      .string()
      .transform((value) => splitWords(value.toLowerCase()))
      .refine((entries) => entries.every((entry) => allowedEmails.test(entry)), {
        error: "has an entry that is neither an address nor an @domain",
      })
      .refine(
        (entries) => entries.length > 0,
        "has no entry (leave it unset to let everyone sign in)",
      )
      .default([]),
    AUTH_REDIRECT_PROXY_URL: unsupported(
      "is an Auth.js setting that would send users back to another address",
    ),
    basePath: unsupported("is set in next.config.ts, but the app must be at the root of its host"),
    trailingSlash: unsupported(
      "is set in next.config.ts, but Logto and next-auth/react send requests without the slash",
    ),
    NEXTAUTH_URL: z.string().optional(),
    NODE_ENV: z.string().optional(),
    VERCEL: z.string().optional(),
  })
  .refine(
    (value) =>
      value.NODE_ENV !== "production" || value.AUTH_URL || value.AUTH_TRUST_HOST || value.VERCEL,
    // `when`: report this together with all other problems.
    { path: ["AUTH_URL"], error: "is missing (needed in production)", when: () => true },
  )
  .refine(
    ({ AUTH_URL, AUTH_COOKIE_DOMAIN }) =>
      !AUTH_URL ||
      !AUTH_COOKIE_DOMAIN ||
      `.${new URL(AUTH_URL).hostname}`.endsWith(`.${AUTH_COOKIE_DOMAIN}`),
    {
      path: ["AUTH_COOKIE_DOMAIN"],
      error: "is not the domain of AUTH_URL",
      when: ({ issues }) => issues.length === 0,
    },
  )
  .refine(({ AUTH_URL, NEXTAUTH_URL }) => AUTH_URL || !NEXTAUTH_URL, {
    path: ["NEXTAUTH_URL"],
    error: "is an old name that Auth.js reads and this app does not: use AUTH_URL",
    when: () => true,
  })
  .refine(
    ({ API_RESOURCE, LOGTO_RESOURCES }) => !API_RESOURCE || LOGTO_RESOURCES.includes(API_RESOURCE),
    {
      path: ["API_RESOURCE"],
      error: "is not in LOGTO_RESOURCES",
    },
  )
  .refine(({ API_RESOURCE }) => API_RESOURCE !== organizationsResource, {
    path: ["API_RESOURCE"],
    error: "is not the indicator of an API",
  })
  .refine(
    ({ AUTH_ALLOWED_EMAILS, LOGTO_SCOPES }) =>
      !AUTH_ALLOWED_EMAILS.length || LOGTO_SCOPES.includes("email"),
    {
      path: ["LOGTO_SCOPES"],
      error: "does not contain email, so AUTH_ALLOWED_EMAILS would let no user in",
    },
  )
  .refine((value) => value.AUTH_SESSION_STRATEGY !== "database" || value.DATABASE_URL, {
    path: ["DATABASE_URL"],
    error: "is missing (needed by AUTH_SESSION_STRATEGY=database)",
    when: () => true,
  })
  .refine((value) => !value.LOGTO_M2M_ID || value.LOGTO_M2M_SECRET, {
    path: ["LOGTO_M2M_SECRET"],
    error: "is missing (needed by LOGTO_M2M_ID)",
  })
  .transform(({ AUTH_SECRET, AUTH_SECRET_1, AUTH_SECRET_2, AUTH_SECRET_3, ...rest }) => ({
    ...rest,
    // As in Auth.js: sessions are rows if there is a database.
    AUTH_SESSION_STRATEGY: rest.AUTH_SESSION_STRATEGY ?? (rest.DATABASE_URL ? "database" : "jwt"),
    // Auth.js's names for rotation: the highest number is the newest secret, AUTH_SECRET the
    // oldest.
    AUTH_SECRET: [AUTH_SECRET_3, AUTH_SECRET_2, AUTH_SECRET_1, AUTH_SECRET].filter(
      (part) => part !== undefined,
    ),
  }));

/** All variables that the app reads, parsed. `AUTH_SECRET` is the list of secrets, newest first. */
export type Env = z.output<typeof schema>;

const examples: Record<string, string> = {
  AUTH_SECRET: "openssl rand -base64 32",
  AUTH_SECRET_1: "openssl rand -base64 32",
  AUTH_SECRET_2: "openssl rand -base64 32",
  AUTH_SECRET_3: "openssl rand -base64 32",
  AUTH_URL: "https://app.example.com",
  AUTH_TRUST_HOST: "true",
  AUTH_COOKIE_DOMAIN: "example.com",
  AUTH_LOGTO_ID: "6a1x9qmfbvwy3k7c2ep0d",
  AUTH_LOGTO_SECRET: "the App secret on the application's page in Logto's console",
  AUTH_LOGTO_ISSUER: "https://your-tenant.logto.app/oidc",
  LOGTO_SCOPES: "openid offline_access profile email",
  LOGTO_RESOURCES: "https://shopping.example.com/api https://store.example.com/api",
  LOGTO_WEBHOOK_KEY: "the Signing key on the webhook's page in Logto's console",
  LOGTO_SOCIAL: "google:Google, github:GitHub",
  LOGTO_M2M_ID: "3b8kq0z5ymxt2w7r9ncjd",
  LOGTO_M2M_SECRET: "the App secret of a machine-to-machine application",
  LOGTO_M2M_RESOURCE: "https://your-tenant.logto.app/api",
  LOGTO_INVITATION_ROLES: "m7d2x9c4v1b8",
  API_URL: "https://api.example.com",
  API_RESOURCE: "https://shopping.example.com/api",
  AUTH_SESSION_STRATEGY: "database",
  DATABASE_URL: "postgresql://user:password@localhost:5432/app",
  AUTH_ALLOWED_EMAILS: "alice@example.com @example.org",
};

/** The names of all variables that the app reads. A test compares .env.example with them. */
export const variableNames = Object.keys(examples);

/**
 * The configuration is wrong or incomplete. The message is a list for the operator and contains no
 * values.
 */
export class EnvError extends Error {
  override name = "EnvError";

  constructor(readonly problems: { variable: string; problem: string; example: string }[]) {
    const width = (pick: (row: (typeof problems)[number]) => string) =>
      Math.max(...problems.map((row) => pick(row).length));
    const variables = width((row) => row.variable);
    const reasons = width((row) => row.problem);
    const lines = problems.map(({ variable, problem, example }) =>
      `  ${variable.padEnd(variables)}  ${problem.padEnd(reasons)}  ${example && `e.g. ${example}`}`.trimEnd(),
    );
    super(
      [
        "The configuration is not complete:",
        "",
        ...lines,
        "",
        "Set these in the environment, or for `next start` in .env.local (.env.example explains each),",
        "or run `npm run dev`, which comes with a secret and a local stand-in for Logto.",
      ].join("\n"),
    );
  }
}

/**
 * Validates variables. An empty string counts as unset, because hosting dashboards leave empty
 * strings.
 *
 * @throws EnvError that lists each wrong or missing variable with the problem and an example, but
 *   never a value
 */
export function parseEnv(source: Record<string, string | undefined>): Env {
  // Piping a value into a dashboard command adds a line break.
  const set = Object.fromEntries(
    Object.entries(source).flatMap(([name, value = ""]) =>
      value.trim() ? [[name, value.trim()]] : [],
    ),
  );
  const result = schema.safeParse(set);
  if (result.success) return result.data;
  const problems = new Map<string, string>();
  for (const issue of result.error.issues) {
    const variable = String(issue.path[0]);
    if (!problems.has(variable)) problems.set(variable, issue.message);
  }
  throw new EnvError(
    [...problems].map(([variable, problem]) => ({
      variable,
      problem,
      example: examples[variable] ?? "",
    })),
  );
}

let parsed: Env | undefined;

/**
 * The validated environment. Parsed at first use, not at import, so `next build` needs no secrets.
 *
 * @throws EnvError
 */
export function env(): Env {
  return (parsed ??= parseEnv({
    ...process.env,
    // The build inlines these settings of next.config.ts. Next.js has no public name for them.
    basePath: process.env.__NEXT_ROUTER_BASEPATH,
    trailingSlash: process.env.__NEXT_TRAILING_SLASH ? "true" : undefined,
  }));
}

/** True in the production build; false in the development server and in tests. */
export const isProduction = process.env.NODE_ENV === "production";

/**
 * Whether the app is on https. Cookies then get their prefix and `Secure`. Depends only on the
 * configuration, never on a request.
 */
export function isHttps(): boolean {
  const { AUTH_URL, VERCEL } = env();
  return AUTH_URL ? new URL(AUTH_URL).protocol === "https:" : Boolean(VERCEL);
}

/** The API resources for which this app can get access tokens. */
export function apiResources(): string[] {
  return env().LOGTO_RESOURCES.filter((resource) => resource !== organizationsResource);
}

/** True if sessions are rows in the database; false if the encrypted cookie is the session. */
export const usesRowStore = (): boolean => env().AUTH_SESSION_STRATEGY === "database";
