// `npm run stand-in`
import { begin } from "./begin.mjs";
import { alsoEnd } from "./children.mjs";

await begin(async (_root, args) => {
  const { runCli, UsageError } = await import("../packages/logto-stand-in/src/cli");
  try {
    const standIn = await runCli(args);
    if (!standIn) return 0;
    alsoEnd(() => standIn.close());
    return await new Promise(() => {});
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n\`npm run stand-in -- --help\` lists the options.`);
    return 1;
  }
}, 0);
