// `npm run setup`
import { begin } from "./begin.mjs";

await begin(async (root, args) => (await import("./setup/main")).runSetup(root, args));
