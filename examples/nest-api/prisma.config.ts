import { defineConfig } from "prisma/config";

// `prisma generate` looks for an engine that only migrations use and would download it. Any program
// that exists will do.
if (process.argv[2] === "generate") process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

export default defineConfig({ schema: "prisma/schema.prisma" });
