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
  regex: "^(@/|(\\.\\./)+|\\./)(dev|tests)(/|$)",
  message: "Production code stands without dev/ and tests/.",
};

/**
 * Imports point one way: app -> components -> lib/session -> lib/logto. Within lib/session: the
 * files directly in it, which are its public API, -> routes -> authjs -> lifecycle -> stores ->
 * model; auth.ts stands between routes and authjs.
 *
 * @param {string[]} files
 * @param {string} message why it isn't allowed
 * @param {...string} regexes what these files must not import
 * @returns {import("eslint").Linter.Config}
 */
const layer = (files, message, ...regexes) => ({
  files,
  rules: {
    "no-restricted-imports": [
      "error",
      { patterns: [outside, ...regexes.map((regex) => ({ regex, message }))] },
    ],
  },
});

const pages = "^(@/|(\\.\\./)+)(app|components)/";
const noPages = "lib/ knows no pages and no components.";
/** The files directly in lib/session, from a folder in it. */
const publicApi = "^(@/lib/session|\\.\\.)/[a-z-]+$";
/** @param {string} folders of lib/session */
const above = (folders) => `^(@/lib/session|\\.\\.)/(${folders})/`;
const app = "^(@/|(\\.\\./)+)app/";
const onlyPublic = "Pages and components import the public API of lib/session and its model.";
const deep = "^@/lib/session/(routes|authjs|lifecycle|stores)/";
const auth = "^@/auth$";
const database = "^@/lib/database/";
const frameworks = "^(next|next-auth|@auth|react|react-dom)(/|$)";

export default defineConfig(
  globalIgnores([
    ".next/",
    ".next-*/",
    ".data/",
    "generated/",
    // Has packages of its own, without which its types are unknown: linted once they are installed
    // (dev/checks.ts).
    "examples/nest-api/",
    "next-env.d.ts",
    "test-results/",
    "playwright-report/",
  ]),
  {
    files: ["app/**/*.{ts,tsx}", "components/**/*.{ts,tsx}"],
    extends: [vitals],
    // Pictures of users come from any host, and are small.
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
      // An async function turns a throw into a rejection, which is what its caller was promised.
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/unbound-method": "off",
      // Slow, and there are no enums; and what is a URL is told by its interface (next/server has
      // one of its own).
      "@typescript-eslint/no-unsafe-enum-assignment": "off",
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      // Marked so only to be seen in a review; it is called for http issuers alone.
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
  // A module of Nest is a class with nothing but a decorator.
  {
    files: ["examples/nest-api/**/*.ts"],
    rules: { "@typescript-eslint/no-extraneous-class": ["error", { allowWithDecorator: true }] },
  },
  // Vitest's matchers are of type any.
  { files: ["tests/**/*.ts"], rules: { "@typescript-eslint/no-unsafe-assignment": "off" } },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  { rules: { "no-console": "error", eqeqeq: ["error", "always", { null: "ignore" }] } },
  { files: ["lib/log.ts", "dev/**", "tests/**"], rules: { "no-console": "off" } },

  layer(production, ""),
  layer(["app/**/*.{ts,tsx}"], onlyPublic, deep),
  layer(
    ["components/**/*.{ts,tsx}"],
    `${onlyPublic} app/ imports components, never the other way.`,
    deep,
    app,
  ),
  layer(["app/**/route.ts"], ""),
  layer(["lib/**/*.ts"], noPages, pages),
  layer(["lib/session/routes/*.ts"], "routes knows nothing above it.", pages, publicApi),
  layer(
    ["lib/session/authjs/*.ts"],
    "authjs knows nothing above it.",
    pages,
    publicApi,
    above("routes"),
    auth,
  ),
  layer(
    ["lib/session/lifecycle/*.ts"],
    "lifecycle knows nothing above it, and no database.",
    ...[pages, publicApi, above("routes|authjs"), auth, database],
  ),
  layer(
    ["lib/session/stores/*.ts"],
    "stores knows nothing above it, and the database by current-store.ts alone.",
    ...[pages, publicApi, above("routes|authjs|lifecycle"), auth, database],
  ),
  layer(
    ["lib/session/stores/current-store.ts"],
    "stores knows nothing above it.",
    ...[pages, publicApi, above("routes|authjs|lifecycle"), auth],
  ),
  layer(
    ["lib/session/model/*.ts"],
    "model knows neither Next.js nor Auth.js nor the database.",
    ...[pages, publicApi, above("routes|authjs|lifecycle|stores"), auth, database, frameworks],
  ),
  layer(
    ["lib/logto/**/*.ts"],
    "lib/logto is the protocol alone: it knows neither Next.js nor Auth.js nor our session, and takes everything as arguments.",
    "^(@/|(\\.\\./)+)(app|components|auth)(/|$)",
    "^(@/lib|\\.\\.)/(session|env|database)(/|$)",
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
          message: "lib/env.ts reads the variables, once.",
        },
      ],
    },
  },
  prettier,
);
