import { runCli, UsageError } from "../../packages/logto-stand-in/src/cli";
import { alsoEnd } from "../children.mjs";

/** `npm run stand-in`. @returns the exit code, unless the stand-in runs until Ctrl-C */
export async function runStandIn(_root: string, args: readonly string[]): Promise<number> {
  try {
    const standIn = await runCli([...args]);
    if (!standIn) return 0;
    alsoEnd(() => standIn.close());
    return await new Promise<never>(() => undefined);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n\`npm run stand-in -- --help\` lists the options.`);
    return 1;
  }
}
