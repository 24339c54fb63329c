import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { EnvError, parseEnv, variableNames } from "@/lib/env";

const complete = (changes: Record<string, string | undefined> = {}) => ({
  AUTH_SECRET: "a-secret-that-is-32-characters-long",
  AUTH_LOGTO_ID: "app",
  AUTH_LOGTO_SECRET: "hidden-value",
  AUTH_LOGTO_ISSUER: "https://tenant.logto.app/oidc",
  ...changes,
});

function problemsOf(source: Record<string, string | undefined>): EnvError["problems"] {
  try {
    parseEnv(source);
    return [];
  } catch (error) {
    if (error instanceof EnvError) return error.problems;
    throw error;
  }
}

const DATABASE_URL = "postgresql://user:password@db.example/app";

describe("parseEnv", () => {
  test("lists every missing variable at once", () => {
    const names = problemsOf({}).map(({ variable }) => variable);
    expect(names.sort()).toEqual(["AUTH_LOGTO_ID", "AUTH_LOGTO_ISSUER", "AUTH_LOGTO_SECRET", "AUTH_SECRET"]);
  });

  test.each([
    ["AUTH_SECRET", "short"],
    ["AUTH_LOGTO_ISSUER", "tenant.logto.app/oidc"],
    ["AUTH_LOGTO_ISSUER", "https://tenant.logto.app"],
    ["AUTH_LOGTO_ISSUER", "ftp://tenant.logto.app/oidc"],
    ["AUTH_URL", "app.example.com"],
    ["AUTH_TRUST_HOST", "perhaps"],
    ["LOGTO_SCOPES", "profile email"],
    ["LOGTO_RESOURCES", "shopping"],
  ])("refuses %s=%s with its name and an example", (variable, value) => {
    const [problem, ...more] = problemsOf(complete({ [variable]: value }));
    expect(problem?.variable).toBe(variable);
    expect(problem?.example).toMatch(/./);
    expect(more).toEqual([]);
  });

  test("never repeats a value in its message", () => {
    expect(() => parseEnv(complete({ AUTH_SECRET: "short-but-secret" }))).toThrow(/^(?!.*short-but-secret)/s);
  });

  test("takes an empty variable for an unset one", () => {
    expect(parseEnv(complete({ AUTH_URL: "", LOGTO_RESOURCES: "" }))).toMatchObject({ LOGTO_RESOURCES: [] });
  });

  test("takes no notice of space around a value", () => {
    expect(parseEnv(complete({ AUTH_LOGTO_ID: " app\n" })).AUTH_LOGTO_ID).toBe("app");
  });

  test("needs an address in production, by AUTH_URL, AUTH_TRUST_HOST or Vercel", () => {
    const production = (changes: Record<string, string>) =>
      problemsOf(complete({ NODE_ENV: "production", ...changes })).map(({ variable }) => variable);
    expect(production({})).toEqual(["AUTH_URL"]);
    expect(production({ AUTH_URL: "https://app.example.com" })).toEqual([]);
    expect(production({ AUTH_TRUST_HOST: "true" })).toEqual([]);
    expect(production({ VERCEL: "1" })).toEqual([]);
  });

  test("takes a secret with a comma in it for one secret", () => {
    const secret = `${"1".repeat(32)},${"2".repeat(32)}`;
    expect(parseEnv(complete({ AUTH_SECRET: secret })).AUTH_SECRET).toEqual([secret]);
  });

  test("gives the secrets newest first: the highest number, and AUTH_SECRET last", () => {
    const [AUTH_SECRET, AUTH_SECRET_1, AUTH_SECRET_2, AUTH_SECRET_3] = ["0", "1", "2", "3"].map((digit) =>
      digit.repeat(32),
    );
    const rotating = complete({ AUTH_SECRET, AUTH_SECRET_1, AUTH_SECRET_2, AUTH_SECRET_3 });
    expect(parseEnv(rotating).AUTH_SECRET).toEqual([
      AUTH_SECRET_3,
      AUTH_SECRET_2,
      AUTH_SECRET_1,
      AUTH_SECRET,
    ]);
    expect(parseEnv(complete({ AUTH_SECRET, AUTH_SECRET_3 })).AUTH_SECRET).toEqual([
      AUTH_SECRET_3,
      AUTH_SECRET,
    ]);
  });

  test("reads scopes and resources as lists, whatever separates them", () => {
    const env = parseEnv(
      complete({ LOGTO_SCOPES: "openid, profile", LOGTO_RESOURCES: "https://a.example https://b.example" }),
    );
    expect(env.LOGTO_SCOPES).toEqual(["openid", "profile"]);
    expect(env.LOGTO_RESOURCES).toEqual(["https://a.example", "https://b.example"]);
  });

  test("asks for a refresh token by default", () => {
    expect(parseEnv(complete()).LOGTO_SCOPES).toContain("offline_access");
  });
});

describe("where sessions are kept", () => {
  test.each([
    ["in rows where there is a database", { DATABASE_URL }, "database"],
    ["in the cookie where there is none", {}, "jwt"],
    [
      "in the cookie beside a database where that is asked for",
      { DATABASE_URL, AUTH_SESSION_STRATEGY: "jwt" },
      "jwt",
    ],
    ["in rows where that is asked for", { DATABASE_URL, AUTH_SESSION_STRATEGY: "database" }, "database"],
  ])("is %s", (_, changes, strategy) => {
    expect(parseEnv(complete(changes)).AUTH_SESSION_STRATEGY).toBe(strategy);
  });

  test("can't be rows without a database", () => {
    expect(problemsOf(complete({ AUTH_SESSION_STRATEGY: "database" }))).toMatchObject([
      { variable: "DATABASE_URL", problem: "is missing (needed by AUTH_SESSION_STRATEGY=database)" },
    ]);
  });
});

test("the embedded database is that of `npm run dev`, and refused as such", () => {
  const [problem, ...more] = problemsOf(complete({ DATABASE_URL: "embedded" }));
  expect(problem).toMatchObject({
    variable: "DATABASE_URL",
    problem: "is embedded, which only `npm run dev` starts",
    example: expect.stringMatching(/^postgresql:/),
  });
  expect(more).toEqual([]);
});

test.each(["AUTH_WHOLE_SITE", "EMAIL_SERVER", "EMAIL_FROM"])(
  "%s, which an older version had, is read no more",
  (name) => {
    expect(parseEnv(complete({ [name]: "neither true nor an address" }))).toEqual(parseEnv(complete()));
    expect(variableNames).not.toContain(name);
  },
);

test(".env.example documents exactly the variables that the app reads", () => {
  const documented = readFileSync(".env.example", "utf8").matchAll(/^#?([A-Z_0-9]+)=/gm);
  expect([...documented].map(([, name]) => name).sort()).toEqual([...variableNames].sort());
});
