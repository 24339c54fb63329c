// `npm run dev`
import { begin } from "./begin.mjs";

// Ctrl-C is the normal way to stop a development server, so the exit code is 0.
await begin(async (root, args) => (await import("./develop")).develop(root, args), 0);
