import { env, EnvError } from "@/lib/env";

/**
 * Ends the server where the configuration can't work, with a readable list and exit code 1. A throw
 * would leave it running, answering 500 with stack traces.
 */
export function checkEnvironment(): void {
  try {
    env();
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    process.stderr.write(`\n${error.message}\n\n`);
    process.exit(1);
  }
}
