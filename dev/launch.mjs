// `npm run dev`. Node's own modules only, until the packages are installed.
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
// Ctrl-C is how a development server is meant to end.
endTogether(0);
await ensureInstalled(root);
const { register } = await import("tsx/esm/api");
register();
const { develop } = await import("./develop");
await endAll(await develop(root, process.argv.slice(2)));
