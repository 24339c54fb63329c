import { EnvError, parseEnv } from "@/lib/env";

/** The variables that every app needs, with changes. */
export const complete = (changes: Record<string, string | undefined> = {}) => ({
  AUTH_SECRET: "a-secret-that-is-32-characters-long",
  AUTH_LOGTO_ID: "app",
  AUTH_LOGTO_SECRET: "hidden-value",
  AUTH_LOGTO_ISSUER: "https://tenant.logto.app/oidc",
  ...changes,
});

/** The problems that the validation reports; none if it accepts the variables. */
export function problemsOf(source: Record<string, string | undefined>): EnvError["problems"] {
  try {
    parseEnv(source);
    return [];
  } catch (error) {
    if (error instanceof EnvError) return error.problems;
    throw error;
  }
}
