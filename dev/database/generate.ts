import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { start } from "../children.mjs";
import { duration, paint, print, startProgress } from "../terminal.mjs";

/** The files that the generated client depends on; each version of Prisma generates its own. */
const sources = ["prisma/schema.prisma", "prisma.config.ts", "node_modules/prisma/package.json"];

/**
 * Generates the Prisma client if the schema changed since the last time. Ends the process if that
 * fails.
 *
 * @param root the project's folder
 */
export async function ensureGenerated(root: string): Promise<void> {
  const hash = createHash("sha256");
  for (const source of sources) hash.update(readFileSync(path.join(root, source)));
  const digest = hash.digest("hex");
  const client = path.join(root, "generated/prisma/client.ts");
  const stamp = path.join(root, "generated/prisma.sha256");
  if (existsSync(client) && existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return;

  const startedAt = Date.now();
  const end = startProgress(() => "Generating the Prisma client");
  const generate = start(process.execPath, ["node_modules/prisma/build/index.js", "generate"], {
    cwd: root,
  });
  const code = await generate.exited;
  end();
  if (code !== 0) {
    print(generate.output());
    print(
      "The Prisma client could not be generated from prisma/schema.prisma. The reason is above.",
    );
    process.exit(1);
  }
  writeFileSync(stamp, digest);
  print(
    `  ${paint("green", "✓")} Prisma client generated ${paint("dim", duration(Date.now() - startedAt))}`,
  );
}
