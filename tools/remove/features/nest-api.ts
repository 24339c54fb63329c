import type { Feature } from "../feature";

export default {
  what: "the API server of the examples, on NestJS, and `npm run dev:api`",
  needs: ["api-proxy", "database"],
  paths: [
    "examples/nest-api",
    "tests/e2e/nest-api.ts",
    "tests/e2e/subdomains-api.spec.ts",
    "tests/e2e/subdomains.spec.ts",
    "tests/unit/dev-api.test.ts",
    "tests/unit/nest-api.test.ts",
    "tests/unit/nest-step-up.test.ts",
  ],
  lines: {
    ".github/dependabot.yml": ["- /examples/nest-api"],
    "docs/code.md": [
      "| `npm run dev:api` | beside it, the [API server](../examples/nest-api/README.md) of the examples |",
    ],
    "tests/run/checks.ts": [
      `{
        name: "api",
        commands: [
          "examples/nest-api/dev/api.mjs build",
          // \`--no-ignore\`: the lint check ignores this folder, since its packages may be missing.
          \`\${eslint} --no-ignore examples/nest-api/src/{*,auth/*}.ts\`,
        ],
        after: ["lint"],
      },`,
      '"api",',
    ],
    "dev/launcher/develop.ts": [
      'import { apiDefaults, keepVariables } from "../../examples/nest-api/dev/variables";',
      "...apiDefaults(values),",
      "keepVariables(root, given);",
    ],
    "tests/run/run.ts": [
      'import { buildApi } from "../../examples/nest-api/dev/build";',
      "if (!(await buildApi(root))) return 1;",
    ],
    "eslint.config.mjs": [
      `// It has its own packages, and without them its types are unknown. tests/run/checks.ts lints it once
       // they are installed.
       "examples/nest-api/{dist,src}/",`,
      `// A Nest module is a class that has only a decorator.
       {
         files: ["examples/nest-api/**/*.ts"],
         rules: { "@typescript-eslint/no-extraneous-class": ["error", { allowWithDecorator: true }] },
       },`,
    ],
  },
  beside: {
    database: {
      lines: {
        "tests/database/projects.ts": ['"subdomains",'],
      },
    },
    "api-proxy": {
      lines: {
        "docs/protecting.md": ["In development `API_URL` is where `npm run dev:api` listens."],
      },
    },
  },
  scripts: ["dev:api"],
  knip: [
    "examples/nest-api/dev/develop-api.ts",
    "examples/nest-api/{prisma.config.ts,{dist,prisma,src}/**}",
  ],
  traces: /nest-api|nestjs|dev:api|subdomains/,
} satisfies Feature;
