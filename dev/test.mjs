// `npm test`, and its parts
import { begin } from "./begin.mjs";

await begin(async (root, [only, ...args]) => {
  const { runAll, runEndToEnd, runLoad, runProxy } = await import("./test-run");
  if (only === "e2e") return runEndToEnd(root, args);
  if (only === "load") return runLoad(root);
  if (only === "proxy") return runProxy(root);
  if (only === "removals") return (await import("../tools/remove/copies")).testEachRemoval(root);
  // Slow tests at full size: request storms and every kind of fault.
  if (only === "release") process.env.STORM = "full";
  const code = await runAll(root);
  if (code === 0 && only === "release")
    return (await import("../tools/remove/copies")).testRemovals(root);
  return code;
});
