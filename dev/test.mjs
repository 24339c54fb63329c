// `npm test`. Node's own modules only, until the packages are installed.
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
const { runAll, runEndToEnd, runLoad } = await import("./test-run");
const [only, ...args] = process.argv.slice(2);
if (only === "e2e") await endAll(await runEndToEnd(root, args));
else if (only === "release") {
  // What takes long, at its full size: storms, and every kind of fault.
  process.env.STORM = "full";
  await endAll(await runAll(root));
} else if (only === "load") await endAll(await runLoad(root));
else await endAll(await runAll(root));
