// `npm run doctor`
import { begin } from "./begin.mjs";

await begin(async (root, args) => (await import("./doctor/main")).runDoctor(root, args));
