import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const at = (file: string) => path.join(root, file);

/** Three uses of `auth` from the guides of Auth.js, and one (`page.ts`) that works here. */
const sources: Record<string, string> = {
  "middleware.ts": 'export { auth as middleware } from "@/auth";',
  "handler.ts":
    'import { auth } from "@/auth";\nexport const GET = auth((request: Request) => new Response(request.url));',
  "pages.ts":
    'import { auth } from "@/auth";\nexport const load = (req: object, res: object) => auth(req, res);',
  "page.ts":
    'import { auth } from "@/auth";\nexport const name = async () => (await auth())?.user.name;',
};

/**
 * Compiles files of the project or of `sources`.
 *
 * @returns the compiler's messages by file
 */
function compile(files: string[]): Map<string, string[]> {
  const { config } = ts.readConfigFile(at("tsconfig.json"), ts.sys.readFile);
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const options = { ...parsed.options, incremental: false };
  const texts = new Map(Object.entries(sources).map(([file, text]) => [at(file), text]));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (name) => texts.has(name) || fileExists(name);
  host.readFile = (name) => texts.get(name) ?? readFile(name);
  const program = ts.createProgram(files.map(at), options, host);
  return new Map(
    files.map((file) => [
      file,
      program
        .getSemanticDiagnostics(program.getSourceFile(at(file)))
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")),
    ]),
  );
}

test(
  "the compiler rejects how the guides of Auth.js call auth, and names the replacement here",
  { timeout: 120_000 },
  () => {
    const messages = compile(["instrumentation.ts", "handler.ts", "pages.ts", "page.ts"]);
    expect(messages.get("page.ts")).toEqual([]);
    // instrumentation.ts: there the compiler reports the export of middleware.ts.
    for (const file of ["instrumentation.ts", "handler.ts", "pages.ts"]) {
      const [message, ...more] = messages.get(file) ?? [];
      expect([file, more]).toEqual([file, []]);
      expect(message).toMatch(/not assignable.*withSession\(handler\).*updateSession\(request/s);
    }
  },
);
