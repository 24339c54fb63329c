// Runs a command of package.json: `node dev/run.mjs <command> [argument…]`
import process from "node:process";
import { begin } from "./begin.mjs";

/** @typedef {(root: string, args: string[]) => Promise<number>} Command */

/** @type {Record<string, Command>} */
const servers = {
  dev: async (...given) => (await import("./launcher/develop")).develop(...given),
  "stand-in": async (...given) => (await import("./launcher/stand-in")).runStandIn(...given),
};

/** @type {Record<string, Command>} */
const commands = {
  ...servers,
  bench: async (root) => (await import("../tools/bench")).bench(root),
  "bench:peers": async (root) => (await import("../tools/peers/main")).benchPeers(root),
  db: async (...given) => (await import("./database/commands")).runDatabaseCommand(...given),
  doctor: async (...given) => (await import("./doctor/main")).runDoctor(...given),
  mutate: async (...given) => (await import("../tools/mutate/main")).mutate(...given),
  remove: async (...given) => (await import("../tools/remove/main")).removeFeatures(...given),
  removals: async (root) => (await import("../tools/remove/copies")).testEachRemoval(root),
  screenshots: async (root) => (await import("../tools/screenshots")).takeScreenshots(root),
  setup: async (...given) => (await import("./setup/main")).runSetup(...given),
  test: async (...given) => (await import("../tests/run/run")).runTests(...given),
};

const [name = "", ...args] = process.argv.slice(2);
const command = commands[name];
if (!command)
  throw new Error(`There is no command "${name}": ${Object.keys(commands).join(", ")}.`);
// Ctrl-C is the normal way to stop a server, so the exit code is 0.
await begin(command, args, name in servers ? 0 : 130);
