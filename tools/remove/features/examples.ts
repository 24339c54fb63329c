import type { Feature } from "../feature";

export default {
  what: "the pages under /examples, their handlers and actions",
  needs: ["api-proxy", "organizations"],
  paths: [
    "app/(protected)/examples",
    "app/(public)/examples",
    "app/api/examples",
    "components/examples",
    "tests/e2e/examples",
    "tests/unit/examples",
  ],
  lines: {
    "README.ko.md": ["실행 중인 앱의 `/examples`에서 하나하나 보고 가져다 쓸 수 있습니다."],
    "README.md": ["The running app shows each under `/examples`."],
    "components/layout/site.ts": ['{ href: "/examples", label: "Examples" },'],
    "docs/protecting.md": [
      "Run the app and open `/examples` to see each of them, signed in and signed out.",
    ],
    "middleware.ts": ['"/examples/middleware",'],
  },
  beside: { mutate: { paths: ["tools/mutate/mutations/examples.diff"] } },
  traces: /["'/)]\/?examples\/(?!nest-api|\*)|"\/examples"|`\/examples`/,
} satisfies Feature;
