import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { start } from "../children.mjs";
import { print, showStep } from "../terminal.mjs";

/** The files that the generated client depends on; each version of Prisma generates its own. */
const sources = ["prisma/schema.prisma", "prisma.config.ts", "node_modules/prisma/package.json"];

/**
 * Generates the Prisma client if the schema changed since the last time. Ends the process if that
 * fails.
 *
 * @param root the project's folder
 */
export async function ensureGenerated(root: string): Promise<void> {
  const read = (file: string) => readFileSync(path.join(root, file), "utf8");
  const current = sources.map(read).join("\n");
  const [client, stamp] = ["generated/prisma/client.ts", "generated/prisma.sources"];
  const isThere = [client, stamp].every((file) => existsSync(path.join(root, file)));
  if (isThere && read(stamp) === current) return;
  const prisma = start(process.execPath, ["node_modules/prisma/build/index.js", "generate"], {
    cwd: root,
  });
  if (!(await showStep("Generating the Prisma client", "Prisma client generated", prisma))) {
    print(
      "The Prisma client could not be generated from prisma/schema.prisma. The reason is above.",
    );
    process.exit(1);
  }
  writeFileSync(path.join(root, stamp), current);
}
