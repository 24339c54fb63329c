import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { print } from "../dev/terminal.mjs";
import { buildCopy } from "../tests/e2e/builds";

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
 * @param name of the copy's folder below `.data/`
 * @returns the folder
 */
export function buildBenchCopy(name: string): Promise<string> {
  print("Building a copy of the app …");
  return buildCopy(name, {
    change: (folder) => {
      const head = 'import { requireSession } from "@/lib/session/guards";';
      writeBenchPages(folder, head, "await requireSession();");
      write(folder, "app/bench/next/page.jsx", page("", ""));
      const middleware = path.join(folder, "middleware.ts");
      writeFileSync(middleware, bypass(readFileSync(middleware, "utf8")));
    },
  });
}
