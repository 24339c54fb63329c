import type { Project } from "@playwright/test";
import type { ProjectOptions } from "../e2e/fixtures";
import { files, isRelease } from "../files";

/** Test behaviour that depends on the row if sessions are in the database. */
const rows = files(
  "backchannel-logout",
  "faults-exchange",
  "faults-grant",
  "faults-renewal",
  "invitations",
  "proxy-session",
  "protected-paths",
  "sign-out",
  "subdomains",
  "two-people",
  "webhooks",
  ...(isRelease ? ["allowed-emails", "sign-in"] : []),
);

/**
 * Tests that run again with a database. Not those that only concern the encrypted cookie (`@jwt`),
 * and only in `npm run test:release` those that show the same with every store (`@once`).
 */
const again = { testDir: "tests", grepInvert: isRelease ? /@jwt/ : /@jwt|@once/ };

/** End-to-end tests with a database. */
export const databaseProjects: Project<object, ProjectOptions>[] = [
  {
    testDir: "tests",
    name: "e2e-jwt-database",
    // The users are in the database, the sessions in the cookie.
    testMatch: "**/database/users.spec.ts",
    grepInvert: /@jwt|@rows/,
    workers: 1,
    use: { mode: "jwt with a database" },
  },
  {
    ...again,
    name: "e2e-database",
    // In parallel by file only, because some files have their own app.
    fullyParallel: false,
    testMatch: ["**/database/*.spec.ts", ...rows],
    use: { mode: "database" },
  },
];
