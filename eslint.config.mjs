import vitals from "eslint-config-next/core-web-vitals";
import prettier from "eslint-config-prettier/flat";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const production = [
  "app/**/*.{ts,tsx}",
  "components/**/*.{ts,tsx}",
  "lib/**/*.{ts,tsx}",
  "auth.ts",
  "middleware.ts",
  "instrumentation.ts",
];
const outside = {
  regex: "^(@/|(\\.{1,2}/)+)(dev|packages|tests|tools)(/|$)",
  message: "Production code must not import dev/, packages/, tests/ or tools/.",
};
const byName = {
  regex: "^logto-stand-in(/|$)",
  message: "Import packages/logto-stand-in/src by path. By its name it would need a build.",
};

/**
 * Imports point one way: app -> components -> lib/session -> lib/logto. Within lib/session: the
 * files directly in it (its public API) -> routes -> authjs -> lifecycle -> stores -> model.
 * auth.ts stands between routes and authjs.
 *
 * @param {string[]} files
 * @param {string} message why the import is not allowed
 * @param {...string} regexes modules that these files must not import
 * @returns {import("eslint").Linter.Config}
 */
const layer = (files, message, ...regexes) => ({
  files,
  rules: {
    "no-restricted-imports": [
      "error",
      { patterns: [outside, byName, ...regexes.map((regex) => ({ regex, message }))] },
    ],
  },
});

const pages = "^(@/|(\\.{1,2}/)+)(app|components)/";
const noPages = "lib/ must not import pages or components.";
const session = "(@/lib/|(\\.{1,2}/)+(lib/)?)session";
/** The files directly in lib/session. */
const publicApi = `^${session}/[a-z-]+$`;
/** The same, as imported from one of its folders. */
const oneUp = "^\\.\\./[a-z-]+$";
/** @param {string} folders of lib/session */
const above = (folders) => `^(${session}|\\.\\.)/(${folders})/`;
const app = "^(@/|(\\.\\./)+)app/";
const onlyPublic =
  "Pages and components may only import the public API of lib/session and its model.";
const onlyRoutes = "Route handlers and middleware.ts may also import lib/session/routes, no more.";
const auth = "^(@/|(\\.{1,2}/)+)auth$";
/**
 * Of lib/session, only the stores that are named below may import these modules.
 *
 * @type {string[]}
 */
const rows = [
  // One a line.
  "^(@/lib/|(\\.{1,2}/)+(lib/)?)database/",
];
const frameworks = "^(next|next-auth|@auth|react|react-dom)(/|$)";

export default defineConfig(
  globalIgnores([
    ".next/",
    ".next-*/",
    ".data/",
    "generated/",
    // It has its own packages, and without them its types are unknown. tests/run/checks.ts lints it once
    // they are installed.
    "examples/nest-api/{dist,src}/",
    "next-env.d.ts",
    "test-results/",
    "playwright-report/",
    "packages/*/dist/",
  ]),
  {
    files: ["app/**/*.{ts,tsx}", "components/**/*.{ts,tsx}"],
    extends: [vitals],
    // Pictures of users come from any host and are small.
    rules: { "@next/next/no-img-element": "off" },
  },
  {
    files: ["**/*.{ts,tsx}"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": "off",
      "@typescript-eslint/no-meaningless-void-operator": "off",
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
      // An async function turns a throw into a rejection, which its callers rely on.
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/unbound-method": "off",
      // Slow, and there are no enums. URLs are checked by interface, because next/server has its
      // own URL class.
      "@typescript-eslint/no-unsafe-enum-assignment": "off",
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      // openid-client marks it as deprecated only to make it visible in reviews. It is used only
      // for http issuers.
      "@typescript-eslint/no-deprecated": [
        "error",
        { allow: [{ from: "package", package: "openid-client", name: "allowInsecureRequests" }] },
      ],
      "@typescript-eslint/consistent-type-assertions": ["error", { assertionStyle: "never" }],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/ban-ts-comment": [
        "error",
        { "ts-expect-error": "allow-with-description" },
      ],
    },
  },
  // A Nest module is a class that has only a decorator.
  {
    files: ["examples/nest-api/**/*.ts"],
    rules: { "@typescript-eslint/no-extraneous-class": ["error", { allowWithDecorator: true }] },
  },
  // Vitest's matchers are of type any.
  {
    files: ["tests/**/*.ts", "packages/*/tests/**/*.ts"],
    rules: { "@typescript-eslint/no-unsafe-assignment": "off" },
  },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  { rules: { "no-console": "error", eqeqeq: ["error", "always", { null: "ignore" }] } },
  {
    files: ["lib/log.ts", "{dev,packages,tests,tools}/**", "examples/*/dev/**"],
    rules: { "no-console": "off" },
  },

  { rules: { "no-restricted-imports": ["error", { patterns: [byName] }] } },
  {
    files: ["packages/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              regex: "^(@/|(\\.\\./)+(?![.]|src/|[a-z-]+$))",
              message: "The package must not import the app, dev/ or tests/.",
            },
          ],
        },
      ],
    },
  },
  layer(production, ""),
  layer(["app/**/*.{ts,tsx}"], onlyPublic, above("routes|authjs|lifecycle|stores")),
  layer(
    ["components/**/*.{ts,tsx}"],
    `${onlyPublic} Components must not import app/.`,
    ...[above("routes|authjs|lifecycle|stores"), app],
  ),
  layer(["app/**/route.ts", "middleware.ts"], onlyRoutes, above("authjs|lifecycle|stores")),
  layer(
    ["auth.ts"],
    "auth.ts must not import what imports it: pages, components, the public API and its routes.",
    ...[pages, publicApi, above("routes")],
  ),
  layer(["lib/**/*.ts"], noPages, pages),
  layer(
    ["lib/session/*.ts"],
    "The public API must not import pages or components, or what only a store may import.",
    ...[pages, ...rows],
  ),
  layer(
    ["lib/session/routes/*.ts"],
    "routes must not import the layers above it, or what only a store may import.",
    ...[pages, publicApi, oneUp, ...rows],
  ),
  layer(
    ["lib/session/authjs/*.ts"],
    "authjs must not import the layers above it, or what only a store may import.",
    ...[pages, publicApi, oneUp, above("routes"), auth, ...rows],
  ),
  layer(
    ["lib/session/lifecycle/*.ts"],
    "lifecycle must not import the layers above it, or what only a store may import.",
    ...[pages, publicApi, oneUp, above("routes|authjs"), auth, ...rows],
  ),
  layer(
    ["lib/session/stores/*.ts"],
    "stores must not import the layers above it, and only some of them import more.",
    ...[pages, publicApi, oneUp, above("routes|authjs|lifecycle"), auth, ...rows],
  ),
  layer(
    ["lib/session/stores/{current-store,database}.ts"],
    "stores must not import the layers above it.",
    ...[pages, publicApi, oneUp, above("routes|authjs|lifecycle"), auth],
  ),
  layer(
    ["lib/session/model/*.ts"],
    "model must not import the layers above it, a store's parts, Next.js or Auth.js.",
    ...[pages, publicApi, oneUp, above("routes|authjs|lifecycle|stores"), auth],
    ...rows,
    frameworks,
  ),
  layer(
    ["lib/database/*.ts"],
    "lib/database must not import what stands above the stores.",
    ...[pages, publicApi, above("routes|authjs|lifecycle"), auth],
  ),
  layer(
    ["lib/logto/**/*.ts"],
    "lib/logto contains only the protocol and takes everything as arguments. It must not import Next.js, Auth.js or the session.",
    "^(@/|(\\.\\./)+)(app|components|auth)(/|$)",
    "^(@/lib/|(\\.\\./)+(lib/)?)(session|env)(/|$)",
    "^(@/lib/|(\\.\\./)+(lib/)?)database(/|$)",
    frameworks,
  ),
  {
    files: production,
    ignores: ["lib/env.ts", "instrumentation.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector: "MemberExpression[object.name='process'][property.name='env']",
          message: "Only lib/env.ts reads environment variables, once.",
        },
        {
          selector: "ImportExpression[source.value!=/^@\\/components\\//]",
          message: "Use a static import: ESLint checks the layers only there.",
        },
      ],
    },
  },
  prettier,
);
