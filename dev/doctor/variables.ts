import { checkCertificates } from "../../lib/database/pool";
import { EnvError, parseEnv, variableNames, type Env } from "../../lib/env";
import type { Variables } from "../environment";
import type { Doctor } from "./findings";

/**
 * Checks the variables as the app does at its start (lib/server/check-environment.ts).
 *
 * @returns the parsed variables; undefined if one is wrong
 */
export async function checkVariables(doctor: Doctor, values: Variables): Promise<Env | undefined> {
  let valid: Env | undefined;
  await doctor.look("variables", {}, (report) => {
    try {
      const env = parseEnv(values);
      checkCertificates(env.DATABASE_URL);
      valid = env;
    } catch (error) {
      if (!(error instanceof EnvError)) throw error;
      for (const { variable, problem: reason, example } of error.problems)
        report(example ? "wrong" : "unsupported", { variable, reason, example });
      return;
    }
    // Names of other guides.
    for (const variable of Object.keys(values))
      if (/^(LOGTO|AUTH_LOGTO|NEXTAUTH)_/.test(variable) && !variableNames.includes(variable))
        report("unknown", { variable });
  });
  return valid;
}

/** True for fewer different characters than any random secret has, or a word of an example. */
export const looksLikeExample = (secret: string): boolean =>
  new Set(secret).size <= 10 ||
  /secret|change.?me|example|password|placeholder|replace/i.test(secret);
