import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { start } from "../dev/children.mjs";
import { ensureGenerated } from "../dev/database/generate";
import { print } from "../dev/terminal.mjs";
import { nextFor, withoutLocalVariables } from "../tests/e2e/servers";
import { sources } from "../tests/run/built";

/** The last lines of a program's output, for an error's message. */
export const endOf = (output: string): string => output.trimEnd().split("\n").slice(-30).join("\n");

/**
 * Builds an app for production.
 *
 * @param name for the error's message
 * @throws Error with the end of the output, if the build fails
 */
export async function build(name: string, folder: string): Promise<void> {
  const run = start(process.execPath, [nextFor(folder), "build"], {
    cwd: folder,
    env: { ...withoutLocalVariables(), NEXT_TELEMETRY_DISABLED: "1" },
  });
  if ((await run.exited) !== 0)
    throw new Error(`The build of ${name} failed:\n${endOf(run.output())}`);
}

const page = (head: string, guard: string) => `${head}
export const dynamic = "force-dynamic";
export default async function Page() {
  ${guard}
  return <main><h1>Benchmark</h1><p>{process.pid}</p></main>;
}
`;

function write(folder: string, file: string, content: string): void {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  writeFileSync(path.join(folder, file), content);
}

/**
 * Writes pages to compare into an app: `bench/plain` and `dashboard/bench`, which is the same page
 * with a guard. And `bench/cpu`, which responds with the CPU time of the process.
 *
 * @param folder of the app
 * @param head the imports of the guard
 * @param guard a statement
 */
export function writeBenchPages(folder: string, head: string, guard: string): void {
  write(folder, "app/bench/plain/page.jsx", page("", ""));
  write(folder, "app/dashboard/bench/page.jsx", page(head, guard));
  const cpu =
    'export const dynamic = "force-dynamic";\nexport const GET = () => Response.json(process.cpuUsage());\n';
  write(folder, "app/bench/cpu/route.js", cpu);
}

/** Takes `bench/next` to a middleware that does nothing, `bench/plain` past all middleware. */
function bypass(middleware: string): string {
  return middleware
    .replace("(?!api/auth/", "(?!bench/plain|bench/cpu|api/auth/")
    .replace(
      /(export async function middleware.*\{\n)/,
      '$1  if (request.nextUrl.pathname === "/bench/next") return NextResponse.next();\n',
    )
    .replace("import type { NextRequest }", "import { NextResponse, type NextRequest }");
}

/**
 * Builds a copy of this app with pages to compare: those of `writeBenchPages`, and `bench/next`.
 *
 * @param root the project's folder
 * @param folder of the copy, in the project's folder: it uses the packages of that
 */
export async function buildCopy(root: string, folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  await ensureGenerated(root);
  // There may be no `public` folder.
  for (const name of [...sources, "generated"].filter((each) => existsSync(path.join(root, each))))
    cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  const head = 'import { requireSession } from "@/lib/session/guards";';
  writeBenchPages(folder, head, "await requireSession();");
  write(folder, "app/bench/next/page.jsx", page("", ""));
  const middleware = path.join(folder, "middleware.ts");
  writeFileSync(middleware, bypass(readFileSync(middleware, "utf8")));
  print("Building a copy of the app …");
  await build("this app", folder);
}
