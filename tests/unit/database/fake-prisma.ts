/** Adds what the launcher needs for a generated client to a project. @param write writes a file */
export function addFakePrisma(write: (file: string, text: string) => void): void {
  for (const file of ["prisma/schema.prisma", "prisma.config.ts", "generated/prisma/client.ts"])
    write(file, "");
  write("node_modules/prisma/package.json", "{}");
  write("node_modules/prisma/build/index.js", "");
}
