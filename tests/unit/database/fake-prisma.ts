/** The files that the launcher needs for a generated client. */
export const fakePrisma = {
  "prisma/schema.prisma": "",
  "prisma.config.ts": "",
  "generated/prisma/client.ts": "",
  "node_modules/prisma/package.json": "{}",
  "node_modules/prisma/build/index.js": "",
};
