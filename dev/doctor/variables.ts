import { EnvError, parseEnv, variableNames, type Env } from "../../lib/env";
import { newSecret, type Variables } from "../environment";
import { ok, problem, warning, type Finding } from "./finding";

/** What the variables say, as far as they can be read. */
interface ReadVariables {
  findings: Finding[];
  /** Undefined where they are too wrong for any further look. */
  env: Env | undefined;
  /**
   * Variables that are missing or wrong: in `env` an example stands for each that it needs, and the
   * others are unset.
   */
  broken: Set<string>;
}

/** Reads the variables as the app does at its start. */
export function readVariables(values: Variables): ReadVariables {
  try {
    const env = parseEnv(values);
    return { findings: [ok("variables", "can be read")], env, broken: new Set() };
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    const findings = error.problems.map(({ variable, problem: what, example }) =>
      problem(
        "variables",
        `${variable} ${what}`,
        example ? `Such as: ${example}. More in .env.example.` : "Remove it.",
      ),
    );
    const changed: Variables = { ...values };
    for (const { variable, example } of error.problems) {
      const isNeeded = /^AUTH_(LOGTO|URL)|^DATABASE_URL/.test(variable);
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
 * Names that other guides use for what has another name here. @param broken variables that
 * `readVariables` has named
 */
export function checkNames(values: Variables, broken: ReadonlySet<string>): Finding[] {
  return Object.keys(values)
    .filter((name) => /^(LOGTO|AUTH_LOGTO|NEXTAUTH)_/.test(name))
    .filter((name) => !variableNames.includes(name) && !broken.has(name))
    .map((name) =>
      warning("variables", `${name} is set, and nothing reads it`, "Names: see .env.example."),
    );
}

/** Fewer different characters than a random secret ever has, or a word of an example. */
const looksMadeUp = (secret: string) =>
  new Set(secret).size <= 10 ||
  /secret|change.?me|example|password|placeholder|replace/i.test(secret);

/** That AUTH_SECRET is long enough, `parseEnv` has seen to. */
export function checkSecrets(secrets: readonly string[]): Finding {
  return secrets.some(looksMadeUp)
    ? problem(
        "AUTH_SECRET",
        "looks like an example, not like something random: whoever guesses it is anybody",
        "Make one by `openssl rand -base64 32`.",
      )
    : ok(
        "AUTH_SECRET",
        secrets.length > 1 ? `${secrets.length} of them, the newest one encrypts` : "is random",
      );
}

const organizations = {
  scope: "urn:logto:scope:organizations",
  resource: "urn:logto:resource:organizations",
};

/**
 * @param authSource the text of auth.ts
 * @param known `scopes_supported` of the issuer's discovery document, where it could be read
 */
export function checkScopes(
  { LOGTO_SCOPES: scopes, LOGTO_RESOURCES: resources }: Env,
  authSource: string,
  known: readonly string[] | undefined,
): Finding[] {
  // Permissions of API resources are scopes, too, and named nowhere.
  const unknown = scopes.filter(
    (scope) =>
      known && !known.includes(scope) && (resources.length === 0 || scope.startsWith("urn:logto:")),
  );
  const remedy = "Look for a typing error. A permission needs its API resource in LOGTO_RESOURCES.";
  return [
    checkRefreshToken(scopes, authSource),
    ...(resources.includes(organizations.resource) && !scopes.includes(organizations.scope)
      ? [
          problem(
            "scopes",
            "LOGTO_RESOURCES asks for organization tokens, which Logto refuses without their scope",
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
  const consequence = "Logto gives none, and neither tokens nor claims are ever renewed";
  if (!scopes.includes("offline_access"))
    return problem(check, `without offline_access ${consequence}`, "Add it to LOGTO_SCOPES.");
  return /\bprompt: "(\w+ )*consent( \w+)*"/.test(authSource)
    ? ok(check, "asked for, by offline_access and prompt=consent")
    : problem(
        check,
        `without prompt=consent ${consequence}`,
        'Put `prompt: "consent"` beside `scope` in auth.ts.',
      );
}
