import { defineConfig } from "prisma/config";

// `prisma generate` looks for an engine that only migrations use and would download it. Any program that exists will do.
if (process.argv[2] === "generate") process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

const { DATABASE_URL, SHADOW_DATABASE_URL } = process.env;

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  // `npm run db:migrate` sets the second one where the database can't make one for `migrate dev` itself.
  datasource: {
    ...(DATABASE_URL ? { url: DATABASE_URL } : {}),
    ...(SHADOW_DATABASE_URL ? { shadowDatabaseUrl: SHADOW_DATABASE_URL } : {}),
  },
});
