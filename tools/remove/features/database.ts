import type { Feature } from "../feature";

export default {
  what: "PostgreSQL with users and sessions, the account pages, migrations and `db:` scripts",
  paths: [
    "app/(protected)/account",
    "components/account",
    "components/ui/time-ago.tsx",
    "dev/database",
    "lib/database",
    "lib/database-url.ts",
    "lib/session/account.ts",
    "lib/session/sessions.ts",
    "lib/session/stores/database.ts",
    "prisma",
    "prisma.config.ts",
    "tests/database",
    "tests/load/account-action.ts",
    "tests/load/cluster.spec.ts",
    "tests/load/cluster.ts",
    "tests/load/killed.spec.ts",
    "tests/load/waiting.spec.ts",
    "tests/postgres",
    "tests/unit/database",
  ],
  generated: ["generated"],
  lines: {
    ".dockerignore": ["generated"],
    ".env.example": [
      `# --- Database: users, sessions that can be listed and revoked, several instances ------------------
       # PostgreSQL. Several instances or serverless hosting need it. To develop with one, \`npm run dev --
       # --database\` starts an embedded PostgreSQL and writes \`DATABASE_URL=embedded\` to .env.local.
       # \`?connection_limit=5\` sets the number of connections per process, 15 if unset.
       #DATABASE_URL=postgresql://user:password@localhost:5432/app
       # Where sessions are stored. database: as rows, so that a session ends as soon as it is revoked; the
       # default if DATABASE_URL is set. jwt: only in the cookie, for one process; the default otherwise.
       #AUTH_SESSION_STRATEGY=database`,
    ],
    ".github/ISSUE_TEMPLATE/bug.yml": [
      "- In rows of the database",
      "- In the cookie, with users in the database",
    ],
    ".github/dependabot.yml": [
      `prisma:
         patterns: ["prisma", "@prisma/*"]`,
      "- prisma",
      '- "@prisma/*"',
    ],
    ".github/workflows/ci.yml": ["- run: docker build --target migrate ."],
    ".gitignore": ["generated/"],
    ".prettierignore": ["generated"],
    "AGENTS.md": [
      "| `npm run db:migrate` | a migration, after a change of `prisma/schema.prisma` |",
      "- `lib/database/` has the row store. Of `lib/session/` only two files of its stores import it.",
      "- Never edit an applied migration in `prisma/migrations/`. Add one.",
    ],
    "CONTRIBUTING.md": [
      `- **Only two files of \`lib/session\` import \`lib/database\`**: \`stores/current-store.ts\`, which selects
         the store, and \`stores/database.ts\`.`,
    ],
    Dockerfile: [
      `# The migrations, as a separate target:
       #   docker build -t app-migrate --target migrate .`,
      `# Applies the migrations and exits. The image contains the Prisma engine, which needs OpenSSL, so
       # that it is not downloaded at the first start. \`--build-arg DB_ENGINE=wasm\` builds an image that
       # needs neither.
       FROM dependencies AS migrate
       ARG DB_ENGINE
       ENV DB_ENGINE=$DB_ENGINE
       COPY prisma.config.ts ./
       COPY prisma prisma
       COPY lib lib
       COPY dev dev
       RUN [ "$DB_ENGINE" = wasm ] || ( \\
         apt-get update && apt-get install -y --no-install-recommends openssl && \\
         rm -rf /var/lib/apt/lists/* && npx prisma version )
       USER node
       CMD ["node", "dev/run.mjs", "db", "deploy"]`,
    ],
    "README.ko.md": [
      `데이터베이스에서는 갱신할 때 세션의 행을 잠급니다
       ([어느 것을 고를까](docs/tokens-and-sessions.md#which-to-choose-here)).`,
      `- **데이터베이스에 장애가 나면** 세션이 행에 있는 페이지는 "다시 시도"를 안내하고, 세션이 쿠키에 있으면 새
         로그인만 실패합니다.`,
      "| `DATABASE_URL` | 데이터베이스 없음 | PostgreSQL: 사용자, 조회하고 종료할 수 있는 세션, 여러 인스턴스 |",
      "| `AUTH_SESSION_STRATEGY` | `DATABASE_URL`에 따라 | 세션을 행(`database`, `DATABASE_URL`이 있을 때의 기본값)이나 쿠키(`jwt`, 없을 때의 기본값)에 둡니다 |",
    ],
    "README.md": [
      `In a database, a renewal locks the session's row
       ([which to choose](docs/tokens-and-sessions.md#which-to-choose-here)).`,
      `- **When the database is down**, pages with sessions in rows say "try again"; with sessions in the
         cookie only new sign-ins fail.`,
      "| `DATABASE_URL` | no database | PostgreSQL, for users, sessions that can be listed and revoked, and any number of instances |",
      "| `AUTH_SESSION_STRATEGY` | by `DATABASE_URL` | sessions in rows (`database`) or in the cookie (`jwt`) |",
    ],
    "docs/code.md": [
      'database[("PostgreSQL<br>optional")]',
      'session -- "lib/database/" --> database',
      "- `lib/database/` has the row store and the users, and `prisma/` their tables.",
      "| `npm run db:migrate` | creates and applies a migration after a change of `prisma/schema.prisma` |",
      "| `npm run db:deploy` | applies the migrations; run it when you deploy (Vercel does, through `vercel-build`) |",
      "| `npm run db:studio` | shows the tables |",
      "| `npm run db:reset` | empties the database |",
      "| `npm run db:clean` | deletes expired sessions in batches; run it daily if you have many users |",
    ],
    "app/api/token-info/route.ts": [
      'import { env } from "@/lib/env";',
      "strategy: env().AUTH_SESSION_STRATEGY,",
    ],
    "auth.ts": [
      'import { authAdapter } from "@/lib/database/auth-adapter";',
      'import { hasDatabase } from "@/lib/database/client";',
      "...(hasDatabase() && { adapter: authAdapter() }),",
    ],
    "components/layout/site.ts": ['{ href: "/account", label: "Account" },'],
    "components/profile/session-card.tsx": [
      'import { CardLink } from "@/components/ui/card";',
      'import { usesRowStore } from "@/lib/env";',
      'action={<CardLink href="/account/sessions">All sessions</CardLink>}',
      '<Detail term="Stored in">{usesRowStore() ? "the database" : "an encrypted cookie"}</Detail>',
    ],
    "app/(protected)/dashboard/page.tsx": ['import { CardLink } from "@/components/ui/card";'],
    "compose.yaml": [
      "POSTGRES_DB: app",
      `migrate:
         build:
           context: .
           target: migrate
         environment:
           DATABASE_URL: postgresql://postgres:\${POSTGRES_PASSWORD:-postgres}@postgres:5432/app
         depends_on:
           postgres:
             condition: service_healthy`,
      `# Sessions are rows in the database below. AUTH_SESSION_STRATEGY=jwt stores them in the cookie
       # instead.
       AUTH_SESSION_STRATEGY: \${AUTH_SESSION_STRATEGY:-}
       DATABASE_URL: postgresql://postgres:\${POSTGRES_PASSWORD:-postgres}@postgres:5432/app`,
      `migrate:
         condition: service_completed_successfully`,
    ],
    "tests/run/built.ts": ['"prisma",'],
    "dev/launcher/develop.ts": [
      'import { ensureGenerated } from "../database/generate";',
      'import { databaseService } from "../database/service";',
      "await databaseService(root, values, args),",
      "await ensureGenerated(root);",
    ],
    "dev/doctor/diagnose.ts": [
      'import { databasePlaceholder, diagnoseDatabase, diagnoseVercel } from "../database/diagnosis";',
      "...databasePlaceholder(values),",
      "diagnoseDatabase(doctor, question, env),",
      "diagnoseVercel(doctor, env, app),",
    ],
    "dev/doctor/variables.ts": [
      'import { checkCertificates } from "../../lib/database/pool";',
      "checkCertificates(env.DATABASE_URL);",
    ],
    "dev/install.mjs": [
      `// Stops Prisma from downloading an engine that only migrations need; \`prisma migrate\` fetches
       // it on first use.
       PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,`,
    ],
    "dev/setup/main.ts": [
      '--database-url URL   a PostgreSQL database, if any; "embedded" is that of \\`npm run dev\\`',
      '"database-url": { type: "string" },',
      '["database-url", "DATABASE_URL", "PostgreSQL URL, if any"],',
    ],
    "dev/run.mjs": [
      'db: async (...given) => (await import("./database/commands")).runDatabaseCommand(...given),',
    ],
    "tests/run/run.ts": [
      'import { ensureGenerated } from "../../dev/database/generate";',
      "await ensureGenerated(root);",
    ],
    "docs/protecting.md": [
      "[`account/actions.ts`](<../app/(protected)/account/actions.ts>) uses it.",
    ],
    "docs/deploying.md": ["npm run db:deploy # if DATABASE_URL is set"],
    "docs/troubleshooting.md": [
      `| "sessions whose tokens can't be read have ended" | the same, with sessions in rows | the same |`,
      `| "session of a deleted user ended" | the user's row was deleted; the session was in a cookie | expected |`,
      `| "database unavailable" | this signs out no user: pages say "Our database does not respond"; \`P2021\` means that the database was never migrated | \`npm run db:deploy\` |`,
    ],
    "tests/unit/layers.test.ts": [
      '["lib/session/new.ts", "@/lib/database/client", "only a store may import"],',
      '["lib/session/routes/new.ts", "../../database/client", "only a store may import"],',
      '["lib/session/authjs/new.ts", "@/lib/database/client", "only a store may import"],',
      '["lib/session/lifecycle/new.ts", "@/lib/database/client", "only a store may import"],',
      '["lib/session/stores/new.ts", "@/lib/database/client", "only some of them import more"],',
      '["lib/session/stores/database.ts", "../lifecycle/renewal", "the layers above it"],',
      '["lib/session/model/new.ts", "@/lib/database/client", "the layers above it"],',
      '["lib/database/new.ts", "../session/lifecycle/renewal", "above the stores"],',
      '["lib/logto/new.ts", "../database/client", "only the protocol"],',
    ],
    "eslint.config.mjs": [
      '"generated/",',
      '"^(@/lib/|(\\\\.{1,2}/)+(lib/)?)database/",',
      `layer(
         ["lib/session/stores/{current-store,database}.ts"],
         "stores must not import the layers above it.",
         ...[pages, publicApi, oneUp, above("routes|authjs|lifecycle"), auth],
       ),`,
      `layer(
         ["lib/database/*.ts"],
         "lib/database must not import what stands above the stores.",
         ...[pages, publicApi, above("routes|authjs|lifecycle"), auth],
       ),`,
      '"^(@/lib/|(\\\\.\\\\./)+(lib/)?)database(/|$)",',
    ],
    "lib/env.ts": [
      'import { databaseUrl } from "./database-url";',
      `AUTH_SESSION_STRATEGY: z.enum(["jwt", "database"], "is neither jwt nor database").optional(),
       DATABASE_URL: z
         .string()
         .refine((value) => value !== "embedded", {
           error: "is embedded, which works only with \`npm run dev\`",
           abort: true,
         })
         .pipe(databaseUrl)
         .optional(),`,
      `.refine((value) => value.AUTH_SESSION_STRATEGY !== "database" || value.DATABASE_URL, {
         path: ["DATABASE_URL"],
         error: "is missing (needed by AUTH_SESSION_STRATEGY=database)",
         when: () => true,
       })`,
      `// As in Auth.js: sessions are rows if there is a database.
       AUTH_SESSION_STRATEGY: rest.AUTH_SESSION_STRATEGY ?? (rest.DATABASE_URL ? "database" : "jwt"),`,
      'AUTH_SESSION_STRATEGY: "database",',
      'DATABASE_URL: "postgresql://user:password@localhost:5432/app",',
      `/** True if sessions are rows in the database; false if the encrypted cookie is the session. */
       export const usesRowStore = (): boolean => env().AUTH_SESSION_STRATEGY === "database";`,
    ],
    "lib/server/check-environment.ts": [
      'import { checkCertificates } from "@/lib/database/pool";',
      "checkCertificates(env().DATABASE_URL);",
    ],
    "lib/server/health.ts": [
      'import { checkDatabase } from "@/lib/database/check";',
      "database: checkDatabase,",
    ],
    "lib/session/authjs/on-sign-in.ts": [
      'import { usersTable } from "../stores/database";',
      "await usersTable()?.upsert(claims);",
    ],
    "lib/session/lifecycle/ending.ts": [
      "which.rowId === undefined &&",
      "session.sessionId !== which.except &&",
    ],
    "lib/session/lifecycle/renewal.ts": [
      'import { isUserDeleted } from "../stores/database";',
      `if (await isUserDeleted(newest)) {
         await revokeSessionGrant(newest, "session of a deleted user ended");
         throw new LogtoError("invalid_grant", "the user was deleted here");
       }`,
    ],
    "lib/session/stores/cookie-store.ts": [
      `// Only the browsers know the other sessions.
       if (which.rowId !== undefined || which.except !== undefined) return [];`,
    ],
    "lib/session/stores/current-store.ts": [
      'import { rowStore } from "@/lib/database/row-store";',
      'import { usesRowStore } from "@/lib/env";',
      "if (usesRowStore()) return rowStore;",
    ],
    "lib/session/stores/store.ts": [
      `/** Id of a row, as the list of sessions shows it. */
       rowId?: string | undefined;`,
      `/** Not the session with this \`sessionId\`. */
       except?: string | undefined;`,
    ],
    "middleware.ts": ['"/account",'],
    "playwright.config.ts": [
      'import { databaseProjects } from "./tests/database/projects";',
      "...databaseProjects,",
      `// With a cluster.
       ...files("killed", "waiting"),`,
      'globalSetup: "./tests/database/setup.ts",',
    ],
    "tests/e2e/axe.spec.ts": ['"/account?error=provider_unavailable",'],
    "tests/e2e/builds.ts": [
      `const prisma = path.join(root, "node_modules/prisma/build/index.js");
       await run("\`prisma generate\`", folder, [prisma, "generate", "--no-hints"]);`,
    ],
    "tests/e2e/keyboard.spec.ts": [
      `"/account",
       "/account/sessions",`,
    ],
    "tests/e2e/malformed-addresses.spec.ts": ['"/account?error=%E0%A4%A",'],
    "tests/e2e/fixtures.ts": [
      'import { openRows, openUsers } from "../database/storage";',
      '"jwt with a database": () => openUsers("embedded"),',
      'database: () => openRows("postgres"),',
    ],
    "tests/e2e/protected-paths.spec.ts": ["strategy: expect.stringMatching(/^(jwt|database)$/),"],
    "tests/e2e/protected-paths.ts": [
      `page("/account"),
       page("/account/sessions"),
       page("/account/delete"),`,
      `...["confirmDeletion", "endSession", "endOtherSessions", "endAllSessions"].map((name) => ({
         action: \`app/(protected)/account/actions.ts \${name}\`,
       })),`,
    ],
    "tests/unit/doctor.test.ts": ['"database",'],
    "tests/unit/environment.ts": [
      'AUTH_SESSION_STRATEGY: "jwt",',
      'DATABASE_URL: "",',
      `/** Replaces \`usesRowStore\` of lib/env.ts. */
       export const usesRowStore = () => variables.AUTH_SESSION_STRATEGY === "database";`,
    ],
    "tests/unit/launcher.ts": [
      'import { fakePrisma } from "./database/fake-prisma";',
      "...fakePrisma,",
      "DATABASE_URL: undefined,",
    ],
  },
  sections: {
    "CONTRIBUTING.md": ["Change the tables with"],
    "README.ko.md": ["데이터베이스는 없어도 됩니다.", "인스턴스가 여럿이거나"],
    "README.md": ["A database is optional", "Several instances and serverless hosts"],
    "dev/doctor/findings.md": ["## Vercel", "## database"],
    "docs/code.md": ["`npm run dev -- --database`"],
    "docs/deploying.md": [
      "If `DATABASE_URL` is set,",
      "### The migrations",
      "For the migrations on Heroku",
    ],
    "docs/logto.md": ["`/account` links to", "## Another database than PostgreSQL"],
    "docs/troubleshooting.md": ['**`DATABASE_URL` "is embedded"**'],
    "docs/updating.md": ["If the new version has migrations,"],
  },
  beside: {
    mutate: {
      paths: ["tools/mutate/mutations/database.diff"],
      lines: {
        "tools/mutate/main.ts": [
          'import { ensureGenerated } from "../../dev/database/generate";',
          "await ensureGenerated(root);",
        ],
      },
    },
    webhooks: {
      lines: {
        "lib/session/lifecycle/required-renewal.ts": [
          'import { sessionStore } from "../stores/current-store";',
          'import { markRows } from "../stores/database";',
          "if (!sessionStore().isInCookie) return markRows(users, before);",
        ],
      },
    },
  },
  parts: {
    "app/(protected)/dashboard/page.tsx": ' action={<CardLink href="/account">Manage</CardLink>}',
  },
  scripts: [
    "prebuild",
    "prelint",
    "pretypecheck",
    "vercel-build",
    "db:migrate",
    "db:deploy",
    "db:studio",
    "db:reset",
    "db:clean",
  ],
  packages: [
    "@auth/prisma-adapter",
    "@electric-sql/pglite",
    "@prisma/adapter-pg",
    "@prisma/client",
    "@prisma/driver-adapter-utils",
    "@prisma/engines",
    "@prisma/schema-engine-wasm",
    "@types/pg",
    "pg",
    "prisma",
  ],
  variables: ["DATABASE_URL", "DATABASE_URL_UNPOOLED", "AUTH_SESSION_STRATEGY", "DB_ENGINE"],
  traces:
    /[Pp]risma|(lib|dev|tests|\.)\/database["/]|AUTH_SESSION_STRATEGY|DATABASE_URL|rowStore|usesRowStore|db:(deploy|clean)|"\/account|components\/account/,
} satisfies Feature;
