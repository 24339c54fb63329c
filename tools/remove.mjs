// `npm run remove`
import { begin } from "../dev/begin.mjs";

await begin(async (root, args) => (await import("./remove/main")).removeFeatures(root, args));
