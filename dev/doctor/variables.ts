import { checkCertificates } from "../../lib/database/pool";
import { EnvError, parseEnv, variableNames, type Env } from "../../lib/env";
import type { Variables } from "../environment";
import type { Findings } from "./findings";

/** Checks the variables as the app does at its start (lib/server/check-environment.ts). */
function parse(values: Variables): Env | EnvError {
  try {
    const env = parseEnv(values);
    checkCertificates(env.DATABASE_URL);
    return env;
  } catch (error) {
    if (error instanceof EnvError) return error;
    throw error;
  }
}

/** @returns the parsed variables; undefined if one is wrong */
export async function checkVariables(
  findings: Findings,
  values: Variables,
): Promise<Env | undefined> {
  const env = parse(values);
  const isUnknown = (name: string) =>
    /^(LOGTO|AUTH_LOGTO|NEXTAUTH)_/.test(name) && !variableNames.includes(name);
  await findings.look("variables", {}, (report) => {
    if (env instanceof EnvError)
      for (const { variable, problem: reason, example } of env.problems)
        report(example ? "wrong" : "unsupported", { variable, reason, example });
    // Names of other guides.
    else
      for (const variable of Object.keys(values).filter(isUnknown)) report("unknown", { variable });
  });
  return env instanceof EnvError ? undefined : env;
}

/** True for fewer different characters than any random secret has, or a word of an example. */
export const looksLikeExample = (secret: string): boolean =>
  new Set(secret).size <= 10 ||
  /secret|change.?me|example|password|placeholder|replace/i.test(secret);
