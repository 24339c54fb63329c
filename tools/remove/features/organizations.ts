import type { Feature } from "../feature";

const seed = 'import { acme } from "../../packages/logto-stand-in/src/seed";';

export default {
  what: "the pages of organizations; the claims and the parameter of getAccessToken stay",
  paths: [
    "app/(protected)/organizations",
    "components/organizations",
    "tests/e2e/organizations.spec.ts",
    "tests/unit/organization-page.test.ts",
  ],
  lines: {
    "app/(protected)/dashboard/page.tsx": [
      'import { OrganizationsCard } from "@/components/organizations/organizations-card";',
      "<OrganizationsCard user={user} />",
    ],
    "components/layout/site.ts": ['{ href: "/organizations", label: "Organizations" },'],
    "middleware.ts": ['"/organizations",'],
    "tests/e2e/axe.spec.ts": ['"/organizations/no-such-id",'],
    "tests/e2e/faults-exchange.spec.ts": [
      "{ path: `/organizations/${acme.id}`, exchanges: 1 },",
      '{ path: "/organizations", exchanges: 0 },',
    ],
    "tests/e2e/keyboard.spec.ts": ['"/organizations",'],
    "tests/e2e/malformed-addresses.spec.ts": [
      seed,
      '"/organizations/",',
      "`/organizations/${acme.id}/`,",
    ],
    "tests/e2e/protected-paths.ts": [
      seed,
      'page("/organizations"),',
      'page("/organizations/[id]", { path: `/organizations/${acme.id}`, notAllowed: "carol" }),',
    ],
    "tests/e2e/session-size.spec.ts": [
      `"/organizations",
       "/organizations/organization039",`,
    ],
    "tests/load/kinds.ts": ['get("/organizations", isComplete),'],
  },
  beside: {
    mutate: { paths: ["tools/mutate/mutations/organizations.diff"] },
  },
  traces: /components\/organizations|"\/organizations|`\/organizations\/\$\{acme/,
} satisfies Feature;
