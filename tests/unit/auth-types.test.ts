import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const at = (file: string) => path.join(root, file);

/** As Auth.js's guides have it, and then as it is meant. */
const written: Record<string, string> = {
  "middleware.ts": 'export { auth as middleware } from "@/auth";',
  "handler.ts":
    'import { auth } from "@/auth";\nexport const GET = auth((request: Request) => new Response(request.url));',
  "pages.ts":
    'import { auth } from "@/auth";\nexport const load = (req: object, res: object) => auth(req, res);',
  "page.ts":
    'import { auth } from "@/auth";\nexport const name = async () => (await auth())?.user.name;',
};

/** What the compiler says of the project's files, those beside them. @returns messages by file */
function compile(files: string[]): Map<string, string[]> {
  const { config } = ts.readConfigFile(at("tsconfig.json"), ts.sys.readFile);
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const options = { ...parsed.options, incremental: false };
  const texts = new Map(Object.entries(written).map(([file, text]) => [at(file), text]));
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
  "the compiler refuses what Auth.js's guides do with auth, and says what does it here",
  { timeout: 120_000 },
  () => {
    const said = compile(["instrumentation.ts", "handler.ts", "pages.ts", "page.ts"]);
    expect(said.get("page.ts")).toEqual([]);
    // Where middleware's export is checked.
    for (const file of ["instrumentation.ts", "handler.ts", "pages.ts"]) {
      const [message, ...more] = said.get(file) ?? [];
      expect([file, more]).toEqual([file, []]);
      expect(message).toMatch(/not assignable.*withSession\(handler\).*updateSession\(request/s);
    }
  },
);
