import type { Project } from "@playwright/test";
import type { ProjectOptions } from "../e2e/fixtures";
import { files, isRelease } from "../files";

/** Test the course of sessions, for both stores. */
const sessions = files(
  "backchannel-logout",
  "faults-renewal",
  "faults-waiting",
  "two-people",
  ...(isRelease ? ["exchange", "faults-grant", "faults-freshness", "session-races"] : []),
  ...(isRelease ? ["subdomains"] : []),
  ...(isRelease ? ["two-processes"] : []),
);
/** Test other behaviour that depends on the row if sessions are in the database. */
const rows = files(
  "exchange",
  "faults-freshness",
  "faults-grant",
  "proxy-session",
  "protected-paths",
  "session-races",
  "sign-out",
  "subdomains",
  "two-processes",
  ...(isRelease ? ["allowed-emails", "sign-in"] : []),
);

/** Tests that run again with a database, without those that only concern the encrypted cookie. */
const again = { testDir: "tests", grepInvert: /@jwt/ };

/** End-to-end tests with a database. */
export const databaseProjects: Project<object, ProjectOptions>[] = [
  {
    ...again,
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
    testMatch: ["**/database/*.spec.ts", ...sessions, ...rows],
    use: { mode: "database" },
  },
];
