import type { Feature } from "../feature";

export default {
  what: "/api/logto/webhook, through which Logto reports deleted users and changed roles at once",
  paths: [
    "app/api/logto",
    "lib/logto/webhook.ts",
    "lib/session/lifecycle/required-renewal.ts",
    "lib/session/routes/webhook.ts",
    "tests/e2e/webhooks.spec.ts",
    "tests/unit/required-renewal.test.ts",
    "tests/unit/webhook.test.ts",
  ],
  lines: {
    ".env.example": [
      `# --- Webhooks of Logto: deleted or suspended users, changed roles ---------------------------------
       # Signing key of the webhook to /api/logto/webhook, from Logto's console
       #LOGTO_WEBHOOK_KEY=`,
    ],
    "CHANGELOG.md": [
      `- **Webhooks** of Logto end the sessions of deleted and suspended users at once, and bring changed
         claims with the next request. They need \`LOGTO_WEBHOOK_KEY\` and, with a database, the migration
         \`session_renewal_due\`.`,
    ],
    "README.ko.md": ["| `LOGTO_WEBHOOK_KEY` | 없음 | [웹훅](docs/logto.md#webhooks)의 서명 키 |"],
    "README.md": [
      "| `LOGTO_WEBHOOK_KEY` | none | signing key of [webhooks](docs/logto.md#webhooks) |",
    ],
    "dev/launcher/stand-in.ts": [
      "const webhook = appWebhook(app.url, values.LOGTO_WEBHOOK_KEY);",
      `// To suspend a user, for example, which sends a webhook (docs/logto.md).
       control: true,
       webhooks: [webhook],`,
      "LOGTO_WEBHOOK_KEY: webhook.signingKey,",
    ],
    "dev/stand-in.ts": [
      `/**
        * The app's webhook at the stand-in.
        *
        * @param appUrl the app's origin
        * @param signingKey the value of LOGTO_WEBHOOK_KEY, if it is set
        */
       export function appWebhook(appUrl: string, signingKey = "starter-dev-webhook-key") {
         return { url: \`\${appUrl}/api/logto/webhook\`, signingKey };
       }`,
    ],
    "docs/deploying.md": ["- `webhook`, `webhook rejected`, `webhook failed`"],
    "lib/env.ts": [
      'LOGTO_WEBHOOK_KEY: credential.min(16, "has fewer than 16 characters").optional(),',
      "LOGTO_WEBHOOK_KEY: \"the Signing key on the webhook's page in Logto's console\",",
    ],
    "middleware.ts": ["// And /api/logto/webhook, which is signed and needs no session."],
    "tests/e2e/csrf.spec.ts": [
      `// Without a key the route does not exist.
       "/api/logto/webhook": { file: "logto/webhook", status: 404 },`,
    ],
    "tests/e2e/leaks.ts": [
      'import { appWebhook } from "../../dev/stand-in";',
      '{ kind: "webhook key", value: appWebhook("").signingKey },',
    ],
    "tests/e2e/protected-paths.ts": [
      `// Requires Logto's signature, too.
       "/api/logto/webhook",`,
    ],
  },
  sections: {
    "docs/logto.md": ["## Webhooks"],
    "docs/tokens-and-sessions.md": ["   With [webhooks]"],
  },
  parts: {
    "dev/launcher/stand-in.ts": ", appWebhook",
    "middleware.ts": "api/logto/webhook$|",
  },
  beside: {
    database: {
      paths: [
        "lib/database/mark-rows.ts",
        "prisma/migrations/20261129185000_session_renewal_due",
        "tests/unit/database/mark-rows.test.ts",
      ],
      lines: {
        "lib/database/row-store.ts": [
          "renewalDueAt: null,",
          `// Without a refresh token it can't be renewed.
           ...(row.renewalDueAt && tokens && tokens.refreshToken !== undefined
             ? { expiresAt: secondsOf(row.renewalDueAt) }
             : {}),`,
        ],
        "lib/session/stores/database.ts": ['export { markRows } from "@/lib/database/mark-rows";'],
        "prisma/schema.prisma": [
          `/// When Logto reported a change of the user (a webhook). The next request renews the session.
           renewalDueAt DateTime?`,
        ],
        "tests/database/projects.ts": ['"webhooks",'],
      },
    },
    mutate: { paths: ["tools/mutate/mutations/webhooks.diff"] },
  },
  variables: ["LOGTO_WEBHOOK_KEY"],
  traces: /LOGTO_WEBHOOK_KEY|logto\/webhook|appWebhook|required-renewal|renewalDueAt|mark-rows/,
} satisfies Feature;
