import type { Feature } from "../feature";

export default {
  what: "`npm run mutate`, which breaks the code and shows which test notices",
  paths: ["tools/mutate", "tests/unit/mutate.test.ts"],
  lines: {
    "docs/code.md": [
      "| `npm run mutate` | breaks the code in many ways, and shows which test notices |",
    ],
    "dev/run.mjs": [
      'mutate: async (...given) => (await import("../tools/mutate/main")).mutate(...given),',
    ],
  },
  sections: { "CONTRIBUTING.md": ["`npm run mutate` breaks the code"] },
  scripts: ["mutate"],
  traces: /tools\/mutate|npm run mutate/,
} satisfies Feature;
