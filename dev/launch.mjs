// `npm run dev`
import { begin } from "./begin.mjs";

// Ctrl-C is how a development server is meant to end.
await begin(async (root, args) => (await import("./develop")).develop(root, args), 0);
