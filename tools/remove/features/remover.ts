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
    "README.ko.md": [
      `\`npm run remove\`는 없어도 되는 기능(예제 등)의 목록을 보여 주고, \`npm run remove examples\`처럼 쓰면
       그 기능을 테스트와 함께 지웁니다. 파일과 줄 단위로만 지우며, 지울 줄을 직접 고쳤다면 아무것도 바꾸지
       않고 어느 줄인지 알려 줍니다.`,
      "| `npm run test:removals` | 각 기능을 복사본에서 하나씩 지우고 남은 것을 검사합니다 |",
      "| `npm run remove` | 뺄 수 있는 기능의 목록을 보여 줍니다. `npm run remove <기능>…`으로 지웁니다 |",
    ],
    "README.md": [
      `\`npm run remove\` lists what you may not need, such as the examples, and \`npm run remove examples\`
       takes it out, with its tests. It deletes files and whole lines only. Where you changed one of these
       lines, it changes nothing and says which.`,
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
  scripts: ["remove", "test:removals"],
  knip: ["tools/remove/main.ts", "tools/remove/features/*.ts"],
  traces: /npm run remove|tools\/remove|removals/,
} satisfies Feature;
