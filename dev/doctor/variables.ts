import { EnvError, parseEnv, variableNames, type Env } from "../../lib/env";
import { newSecret, type Variables } from "../environment";
import { ok, problem, warning, type Finding } from "./finding";

/** The parsed variables, as far as they are valid. */
interface ReadVariables {
  findings: Finding[];
  /** Undefined if the variables are too wrong for further checks. */
  env: Env | undefined;
  /**
   * Variables that are missing or wrong. In `env` they have an example value if they are required,
   * and are unset otherwise.
   */
  broken: Set<string>;
}

/** Variables that the others need. Each other one that is wrong counts as unset. */
const needed = [
  // One pattern a line.
  /^AUTH_(LOGTO|URL)/,
  /^DATABASE_URL/,
];

/** Parses the variables as the app does at its start. */
export function readVariables(values: Variables): ReadVariables {
  try {
    const env = parseEnv(values);
    return { findings: [ok("variables", "are valid")], env, broken: new Set() };
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    const findings = error.problems.map(({ variable, problem: what, example }) =>
      problem(
        "variables",
        `${variable} ${what}`,
        example ? `For example: ${example}. See also .env.example.` : "Remove it.",
      ),
    );
    const changed: Variables = { ...values };
    for (const { variable, example } of error.problems) {
      const isNeeded = needed.some((pattern) => pattern.test(variable));
      changed[variable] = variable === "AUTH_SECRET" ? newSecret() : isNeeded ? example : undefined;
    }
    const broken = new Set(error.problems.map(({ variable }) => variable));
    return { findings, env: parsed(changed), broken };
  }
}

function parsed(values: Variables): Env | undefined {
  try {
    return parseEnv(values);
  } catch {
    return undefined;
  }
}

/**
 * Finds variable names of other guides, which this app does not read.
 *
 * @param broken variables that `readVariables` has reported already
 */
export function checkNames(values: Variables, broken: ReadonlySet<string>): Finding[] {
  return Object.keys(values)
    .filter((name) => /^(LOGTO|AUTH_LOGTO|NEXTAUTH)_/.test(name))
    .filter((name) => !variableNames.includes(name) && !broken.has(name))
    .map((name) =>
      warning(
        "variables",
        `${name} is set, but nothing reads it`,
        "See .env.example for the names.",
      ),
    );
}

/** True for fewer different characters than any random secret has, or a word of an example. */
const looksLikeExample = (secret: string) =>
  new Set(secret).size <= 10 ||
  /secret|change.?me|example|password|placeholder|replace/i.test(secret);

/** Checks that AUTH_SECRET looks random. `parseEnv` has checked its length. */
export function checkSecrets(secrets: readonly string[]): Finding {
  return secrets.some(looksLikeExample)
    ? problem(
        "AUTH_SECRET",
        "looks like an example, not random: an attacker who guesses it can sign in as any user",
        "Generate one with `openssl rand -base64 32`.",
      )
    : ok(
        "AUTH_SECRET",
        secrets.length > 1 ? `${secrets.length} secrets; the newest one encrypts` : "looks random",
      );
}

const organizations = {
  scope: "urn:logto:scope:organizations",
  resource: "urn:logto:resource:organizations",
};

/**
 * @param authSource the text of auth.ts
 * @param known `scopes_supported` of the issuer's discovery document; undefined if unknown
 */
export function checkScopes(
  { LOGTO_SCOPES: scopes, LOGTO_RESOURCES: resources }: Env,
  authSource: string,
  known: readonly string[] | undefined,
): Finding[] {
  // Permissions of API resources are scopes too, but no document lists them.
  const unknown = scopes.filter(
    (scope) =>
      known && !known.includes(scope) && (resources.length === 0 || scope.startsWith("urn:logto:")),
  );
  const remedy = "Check the spelling. A permission needs its API resource in LOGTO_RESOURCES.";
  return [
    checkRefreshToken(scopes, authSource),
    ...(resources.includes(organizations.resource) && !scopes.includes(organizations.scope)
      ? [
          problem(
            "scopes",
            "LOGTO_RESOURCES requests organization tokens, which Logto does not issue without their scope",
            `Add ${organizations.scope} to LOGTO_SCOPES.`,
          ),
        ]
      : []),
    ...(unknown.length > 0
      ? [warning("scopes", `the issuer ignores ${unknown.join(", ")}`, remedy)]
      : []),
  ];
}

function checkRefreshToken(scopes: readonly string[], authSource: string): Finding {
  const check = "refresh token";
  const consequence = "Logto issues none, and tokens and claims are never renewed";
  if (!scopes.includes("offline_access"))
    return problem(check, `without offline_access ${consequence}`, "Add it to LOGTO_SCOPES.");
  return /\bprompt: "(\w+ )*consent( \w+)*"/.test(authSource)
    ? ok(check, "requested with offline_access and prompt=consent")
    : problem(
        check,
        `without prompt=consent ${consequence}`,
        'Add `prompt: "consent"` beside `scope` in auth.ts.',
      );
}
