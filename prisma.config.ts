import { defineConfig } from "prisma/config";

// `prisma generate` would download an engine that only migrations need. The path of any existing
// program prevents that.
if (process.argv[2] === "generate") process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

const { DATABASE_URL, DATABASE_URL_UNPOOLED, SHADOW_DATABASE_URL } = process.env;
// A pooler assigns a connection for one transaction only. A migration needs a lock that lasts
// longer.
const url = [DATABASE_URL_UNPOOLED, DATABASE_URL].find(Boolean);

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  // `npm run db:migrate` sets SHADOW_DATABASE_URL if `migrate dev` cannot create that database
  // itself.
  datasource: {
    ...(url ? { url } : {}),
    ...(SHADOW_DATABASE_URL ? { shadowDatabaseUrl: SHADOW_DATABASE_URL } : {}),
  },
});
