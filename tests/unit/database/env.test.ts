import { expect, test } from "vitest";
import { parseEnv } from "@/lib/env";
import { complete, problemsOf } from "../env-problems";

const DATABASE_URL = "postgresql://user:password@db.example/app";

test.each([
  ["database", { DATABASE_URL }],
  ["jwt", {}],
  ["jwt", { DATABASE_URL, AUTH_SESSION_STRATEGY: "jwt" }],
  ["database", { DATABASE_URL, AUTH_SESSION_STRATEGY: "database" }],
])("the strategy is %s with %j", (strategy, changes) => {
  expect(parseEnv(complete({ ...changes })).AUTH_SESSION_STRATEGY).toBe(strategy);
});

test("sessions cannot be rows without a database", () => {
  expect(problemsOf(complete({ AUTH_SESSION_STRATEGY: "database" }))).toMatchObject([
    { variable: "DATABASE_URL", problem: "is missing (needed by AUTH_SESSION_STRATEGY=database)" },
  ]);
});

const problemOf = (parameters: string) =>
  problemsOf(complete({ DATABASE_URL: `${DATABASE_URL}?${parameters}` })).map(
    ({ variable, problem }) => `${variable} ${problem}`,
  );

test.each([
  "sslmode=require&channel_binding=require",
  "sslmode=verify-full&sslrootcert=/etc/ssl/ca.pem",
  "sslmode=no-verify&sslcert=client.pem&sslkey=client.key",
  "sslmode=require&sslaccept=strict",
  "connection_limit=1&pool_timeout=0&connect_timeout=300&schema=public",
  "pgbouncer=true&application_name=app",
])("the parameters of DATABASE_URL may be %s", (parameters) => {
  expect(problemOf(parameters)).toEqual([]);
});

test.each([
  ["sslmode=verify_full", "has an unknown sslmode"],
  ["sslmode=require&sslmode=allow", "has an unknown sslmode"],
  ["ssl=false", "has an unknown value of ssl"],
  ["sslaccept=accept_invalid_certs", "has sslaccept, which is not read"],
  ["sslidentity=client.p12&sslpassword=x", "has sslidentity, which is not read"],
  ["sslcert=ca.pem", "has sslcert without sslkey"],
  ["connection_limit=0", "has a connection_limit"],
  ["connection_limit=ten", "has a connection_limit"],
  ["pool_timeout=-1", "has a pool_timeout"],
  ["pool_timeout=", "has a pool_timeout"],
  ["connect_timeout=2.5", "has a connect_timeout"],
  ["connect_timeout=9999999", "has a connect_timeout"],
])("the parameters of DATABASE_URL can't be %s", (parameters, problem) => {
  expect(problemOf(parameters)).toEqual([expect.stringContaining(`DATABASE_URL ${problem}`)]);
});

test("the embedded database is rejected, because only `npm run dev` starts it", () => {
  expect(problemsOf(complete({ DATABASE_URL: "embedded" }))).toEqual([
    {
      variable: "DATABASE_URL",
      problem: "is embedded, which works only with `npm run dev`",
      example: expect.stringMatching(/^postgresql:/),
    },
  ]);
});
