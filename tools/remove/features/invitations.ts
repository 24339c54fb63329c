import type { Feature } from "../feature";

export default {
  what: "invitations to an organization by e-mail, and the client of Logto's Management API",
  needs: ["organizations", "sign-in-parameters"],
  paths: [
    "app/(protected)/invitations",
    "components/invitations",
    "dev/machine-client.ts",
    "lib/invitations",
    "lib/logto/management.ts",
    "tests/e2e/invitations.spec.ts",
    "tests/unit/invitation-actions.test.ts",
    "tests/unit/invitation-limit.test.ts",
    "tests/unit/invitations.test.ts",
    "tests/unit/management.test.ts",
  ],
  lines: {
    ".env.example": [
      `# --- Invitations by e-mail, which administrators of an organization send --------------------------
       # A machine-to-machine application at Logto with the role "Logto Management API access"; also needs
       # AUTH_URL
       #LOGTO_M2M_ID=3b8kq0z5ymxt2w7r9ncjd
       #LOGTO_M2M_SECRET=
       # The indicator of the Management API. Only for a tenant of Logto Cloud with a domain of its own.
       #LOGTO_M2M_RESOURCE=https://your-tenant.logto.app/api
       # Ids of the organization roles that an invited user gets
       #LOGTO_INVITATION_ROLES=m7d2x9c4v1b8`,
    ],
    "README.ko.md": [
      "| `LOGTO_M2M_ID`, `LOGTO_M2M_SECRET`, `LOGTO_M2M_RESOURCE` | 없음 | [초대](docs/logto.md#invitations) |",
      "| `LOGTO_INVITATION_ROLES` | 없음 | 초대받은 사용자의 역할 |",
    ],
    "README.md": [
      "| `LOGTO_M2M_ID`, `LOGTO_M2M_SECRET`, `LOGTO_M2M_RESOURCE` | none | [invitations](docs/logto.md#invitations) |",
      "| `LOGTO_INVITATION_ROLES` | none | roles of invited users |",
    ],
    "dev/launcher/stand-in.ts": [
      'import { machineClient } from "../machine-client";',
      "machineClient,",
    ],
    "dev/stand-in.ts": [
      'import { machineVariables } from "./machine-client";',
      "...machineVariables,",
    ],
    "docs/code.md": [
      "- `lib/invitations/` invites users to an organization, with Logto's Management API.",
    ],
    "docs/deploying.md": [
      `- \`user invited\`, \`invitation accepted\`, \`invitation revoked\`, \`too many invitations\`,
       \`mail of an invitation was not sent\`, \`request to the Management API failed\``,
    ],
    "lib/env.ts": [
      "LOGTO_M2M_ID: credential.optional(),",
      "LOGTO_M2M_SECRET: credential.optional(),",
      'LOGTO_M2M_RESOURCE: z.url("is not a URI").optional(),',
      'LOGTO_INVITATION_ROLES: z.string().default("").transform(splitWords),',
      `.refine((value) => !value.LOGTO_M2M_ID || value.LOGTO_M2M_SECRET, {
         path: ["LOGTO_M2M_SECRET"],
         error: "is missing (needed by LOGTO_M2M_ID)",
       })`,
      'LOGTO_M2M_ID: "3b8kq0z5ymxt2w7r9ncjd",',
      'LOGTO_M2M_SECRET: "the App secret of a machine-to-machine application",',
      'LOGTO_M2M_RESOURCE: "https://your-tenant.logto.app/api",',
      'LOGTO_INVITATION_ROLES: "m7d2x9c4v1b8",',
    ],
    "middleware.ts": ['"/invitations",'],
    "tests/e2e/leaks.ts": [
      'import { machineClient } from "../../dev/machine-client";',
      '{ kind: "secret of the machine-to-machine client", value: machineClient.clientSecret },',
    ],
    "tests/e2e/protected-paths.ts": [
      `page("/organizations/[id]/invitations", {
         path: \`/organizations/\${acme.id}/invitations\`,
         notAllowed: "bob",
       }),`,
      `// It is none of Alice's, so the page names no organization.
       page("/invitations/[id]", { path: "/invitations/none" }),`,
      '{ action: "app/(protected)/organizations/[id]/invitations/actions.ts changeInvitations" },',
      '{ action: "app/(protected)/invitations/[id]/actions.ts accept" },',
    ],
    "tests/e2e/servers.ts": [
      'import { machineClient } from "../../dev/machine-client";',
      "machineClient,",
    ],
    "tests/unit/env.test.ts": [
      `test("requires the secret beside LOGTO_M2M_ID", () => {
         const found = problemsOf(complete({ LOGTO_M2M_ID: "machine" }));
         expect(found.map(({ variable }) => variable)).toEqual(["LOGTO_M2M_SECRET"]);
       });`,
    ],
    "tests/unit/environment.ts": [
      'LOGTO_M2M_ID: "machine",',
      'LOGTO_M2M_SECRET: "machine-secret",',
      'LOGTO_INVITATION_ROLES: ["role"],',
    ],
  },
  sections: { "docs/logto.md": ["## Invitations"] },
  beside: {
    database: { lines: { "tests/database/projects.ts": ['"invitations",'] } },
    mutate: { paths: ["tools/mutate/mutations/invitations.diff"] },
    organizations: {
      paths: ["app/(protected)/organizations/[id]/invitations"],
      lines: {
        "app/(protected)/organizations/[id]/page.tsx": [
          'import { InvitationsLink } from "@/components/invitations/invitations-link";',
          "<InvitationsLink id={id} scopes={scopes} />",
        ],
      },
    },
  },
  variables: ["LOGTO_M2M_ID", "LOGTO_M2M_SECRET", "LOGTO_M2M_RESOURCE", "LOGTO_INVITATION_ROLES"],
  traces: /LOGTO_M2M|LOGTO_INVITATION|lib\/invitations|machine-client/,
} satisfies Feature;
