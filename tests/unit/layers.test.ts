import { ESLint } from "eslint";
import tseslint from "typescript-eslint";
import { beforeAll, expect, test } from "vitest";

// Without types, so that the files below need not exist.
const eslint = new ESLint({
  overrideConfig: [
    { languageOptions: { parserOptions: { projectService: false } } },
    tseslint.configs.disableTypeChecked,
  ],
});

/**
 * The reasons why ESLint rejects these lines in a file. What it accepts, `npm run lint` shows: the
 * project has an import of every kind that is allowed.
 */
async function problems(file: string, source: string): Promise<string[]> {
  const [result] = await eslint.lintText(`${source}\n`, { filePath: file });
  return (result?.messages ?? [])
    .filter(({ fatal, ruleId }) => fatal || ruleId?.startsWith("no-restricted-"))
    .map(({ message }) => message);
}

const page = "app/(protected)/new/page.tsx";
const handler = "app/api/new/route.ts";
const component = "components/new/panel.tsx";

// The first call loads the configuration with all plugins.
beforeAll(() => problems(page, ""), 60_000);

test.each([
  [page, "@/lib/session/stores/cookie", "only import the public API"],
  [page, "../../../lib/session/lifecycle/renewal", "only import the public API"],
  [page, "@/tests/unit/sessions", "must not import dev/"],
  [page, "../../../packages/logto-stand-in/src/index", "must not import dev/"],
  [handler, "@/lib/session/lifecycle/renewal", "may also import lib/session/routes, no more"],
  ["middleware.ts", "./lib/session/stores/cookie", "may also import lib/session/routes, no more"],
  [component, "@/lib/session/routes/sign-out", "only import the public API"],
  [component, "@/app/new/form", "must not import app/"],
  ["auth.ts", "./lib/session/guards", "what imports it"],
  ["auth.ts", "@/lib/session/routes/sign-out", "what imports it"],
  ["lib/new.ts", "@/components/ui/badge", "lib/ must not import pages"],
  ["lib/session/new.ts", "../../components/ui/badge", "must not import pages"],
  ["lib/session/new.ts", "@/lib/database/client", "only a store may import"],
  ["lib/session/routes/new.ts", "@/lib/session/guards", "the layers above it"],
  ["lib/session/routes/new.ts", "../../database/client", "only a store may import"],
  ["lib/session/authjs/new.ts", "../routes/sign-out", "the layers above it"],
  ["lib/session/authjs/new.ts", "@/auth", "the layers above it"],
  ["lib/session/authjs/new.ts", "@/lib/database/client", "only a store may import"],
  ["lib/session/lifecycle/new.ts", "../../session/authjs/errors", "the layers above it"],
  ["lib/session/lifecycle/new.ts", "@/lib/database/client", "only a store may import"],
  ["lib/session/stores/new.ts", "../lifecycle/renewal", "the layers above it"],
  ["lib/session/stores/new.ts", "@/lib/database/client", "only some of them import more"],
  ["lib/session/stores/database.ts", "../lifecycle/renewal", "the layers above it"],
  ["lib/session/model/new.ts", "../stores/cookie", "the layers above it"],
  ["lib/session/model/new.ts", "next/headers", "Next.js or Auth.js"],
  ["lib/session/model/new.ts", "@/lib/database/client", "the layers above it"],
  ["lib/database/new.ts", "../session/lifecycle/renewal", "above the stores"],
  ["lib/logto/new.ts", "next-auth", "only the protocol"],
  ["lib/logto/new.ts", "../session/model/session", "only the protocol"],
  ["lib/logto/new.ts", "@/lib/env", "only the protocol"],
  ["lib/logto/new.ts", "../database/client", "only the protocol"],
  ["packages/logto-stand-in/src/new.ts", "@/lib/env", "must not import the app"],
  ["packages/logto-stand-in/src/new.ts", "../../../dev/ports", "must not import the app"],
  ["tests/unit/new.ts", "logto-stand-in", "by path"],
])("%s must not import %s", async (file, name, reason) => {
  expect(await problems(file, `import "${name}";`)).toEqual([expect.stringContaining(reason)]);
});

test("production code imports at the top", async () => {
  const late = 'export const load = () => import("@/lib/session/stores/cookie");';
  expect(await problems(component, late)).toEqual([expect.stringContaining("static import")]);
});
