import { checkCertificates } from "@/lib/database/pool";
import { env, EnvError } from "@/lib/env";

/**
 * Exits with code 1 and a readable list if the configuration is wrong. If this threw instead, the
 * server would keep running and return 500 with stack traces.
 */
export function checkEnvironment(): void {
  try {
    env();
    checkCertificates(env().DATABASE_URL);
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    process.stderr.write(`\n${error.message}\n\n`);
    process.exit(1);
  }
}
