import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { z } from "zod";
import { start } from "../../dev/children.mjs";
import { fakePrisma } from "./database/fake-prisma";
import { temporaryFolder } from "./temporary-folder";

const variables = z.record(z.string(), z.string());
const record = z.object({ args: z.array(z.string()), env: variables });

/** Records its arguments and environment in a file, and exits after its first response. */
const fakeNext = `
  const { createServer } = require("node:http");
  const args = process.argv.slice(2);
  const after = (name) => args[args.lastIndexOf(name) + 1];
  require("node:fs").writeFileSync("seen.json", JSON.stringify({ args, env: process.env }));
  createServer((_, response) => {
    response.end("Hello");
    setTimeout(() => process.exit(0), 500);
  }).listen(Number(after("--port")), after("--hostname"));`;

const tenant = {
  AUTH_LOGTO_ID: "app",
  AUTH_LOGTO_SECRET: "secret",
  AUTH_LOGTO_ISSUER: "https://tenant.logto.example/oidc",
};

/** A folder with what the launcher needs of a project. @returns its path */
export function fakeProject(): string {
  return temporaryFolder({
    "node_modules/next/package.json": "{}",
    "node_modules/next/dist/bin/next": fakeNext,
    ...fakePrisma,
  });
}

/** Runs the launcher on a folder of `fakeProject` until the fake Next.js ends. */
export async function develop(root: string, args: string[] = [], env: Record<string, string> = {}) {
  const script = `
    import { endAll } from "./dev/children.mjs";
    import { develop } from "./dev/launcher/develop";
    await endAll(await develop(${JSON.stringify(root)}, process.argv.slice(1)));`;
  const child = start(
    process.execPath,
    ["--import", "tsx", "--input-type=module", "-e", script, "--", ...args],
    {
      env: {
        DATABASE_URL: undefined,
        PORT: "23100",
        ...tenant,
        ...env,
      },
    },
  );
  const code = await child.exited;
  const file = path.join(root, "seen.json");
  const seen = existsSync(file) && record.parse(JSON.parse(readFileSync(file, "utf8")));
  return { code, printed: child.output(), ...seen };
}
