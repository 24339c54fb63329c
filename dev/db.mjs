// `npm run db:…`. Node's own modules only, until the packages are installed.
import { fileURLToPath } from "node:url";
import { endAll, endTogether } from "./children.mjs";
import { ensureInstalled } from "./install.mjs";
import { unsupportedNode } from "./node-version.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const unsupported = unsupportedNode(process.versions.node);
if (unsupported) {
  console.error(unsupported);
  process.exit(1);
}
endTogether(130);
await ensureInstalled(root);
const { register } = await import("tsx/esm/api");
register();
const { runDatabaseCommand } = await import("./database/commands");
await endAll(await runDatabaseCommand(root, process.argv.slice(2)));
