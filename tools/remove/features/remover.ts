import type { Feature } from "../feature";

export default {
  what: "`npm run remove` itself, and the list of what belongs to each feature",
  paths: [".github/workflows/nightly.yml", "tools/remove", "tests/unit/remove.test.ts"],
  lines: {
    "CONTRIBUTING.md": [
      `- **What belongs to an optional feature is listed** in \`tools/remove/features/\`, by its files, and
  by the lines of other files that name it. Write such a line so that it can be deleted as a whole:
  one import, one array element, one row of a table.`,
    ],
    "docs/code.md": [
      "| `npm run test:removals` | removes each feature in a copy, and checks what is left |",
      "| `npm run remove` | lists the features that you can take out; `npm run remove <feature>…` does |",
    ],
    "docs/updating.md": [
      "npm run remove examples nest-api   # the features that you have removed by now, if any",
      "npm run remove examples nest-api   # the same features again",
    ],
    "dev/run.mjs": [
      'remove: async (...given) => (await import("../tools/remove/main")).removeFeatures(...given),',
      'removals: async (root) => (await import("../tools/remove/copies")).testEachRemoval(root),',
    ],
    "tests/run/run.ts": [
      'import { testRemovals } from "../../tools/remove/copies";',
      'if (code === 0 && only === "release") return testRemovals(root);',
    ],
  },
  sections: {
    "README.ko.md": ["`npm run remove`는"],
    "README.md": ["`npm run remove` lists"],
  },
  scripts: ["remove", "test:removals"],
  knip: ["tools/remove/main.ts", "tools/remove/features/*.ts"],
  traces: /npm run remove|tools\/remove|removals/,
} satisfies Feature;
