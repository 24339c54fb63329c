// `npm run dev:api`
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { begin } from "../../../dev/begin.mjs";
import { isInstalled } from "../../../dev/install.mjs";

const root = fileURLToPath(new URL("../../..", import.meta.url));
// The API server needs the running app anyway, and two npm installs at once would conflict.
if (!isInstalled(root))
  console.log("Waiting for the packages: run `npm run dev` in another terminal.");
while (!isInstalled(root)) await wait(500);

await begin(
  async (...given) => (await import("./develop-api")).developApi(...given),
  process.argv.slice(2),
  0,
);
