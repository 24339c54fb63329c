import { defineConfig } from "prisma/config";

// `prisma generate` looks for an engine that only migrations use and would download it. Any program
// that exists will do.
if (process.argv[2] === "generate") process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

const { DATABASE_URL, DATABASE_URL_UNPOOLED, SHADOW_DATABASE_URL } = process.env;
// A pooler lends connections out for one transaction; migrating takes a lock that lasts longer.
const url = [DATABASE_URL_UNPOOLED, DATABASE_URL].find(Boolean);

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  // `npm run db:migrate` sets the second one where the database can't make one for `migrate dev`
  // itself.
  datasource: {
    ...(url ? { url } : {}),
    ...(SHADOW_DATABASE_URL ? { shadowDatabaseUrl: SHADOW_DATABASE_URL } : {}),
  },
});
