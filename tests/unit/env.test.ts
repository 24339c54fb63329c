import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseEnv, variableNames } from "@/lib/env";
import { complete, problemsOf } from "./env-problems";

describe("parseEnv", () => {
  test("lists every missing variable at once", () => {
    const required = ["AUTH_LOGTO_ID", "AUTH_LOGTO_ISSUER", "AUTH_LOGTO_SECRET", "AUTH_SECRET"];
    expect(
      problemsOf({})
        .map(({ variable }) => variable)
        .sort(),
    ).toEqual(required);
  });

  const issuer = "https://tenant.logto.app/oidc";
  test.each([
    ["AUTH_SECRET", ["short"]],
    ["AUTH_LOGTO_ISSUER", ["tenant.logto.app/oidc", "ftp://tenant.logto.app/oidc"]],
    [
      "AUTH_LOGTO_ISSUER",
      ["https://tenant.logto.app", `${issuer}?x=1`, `${issuer}?`, `${issuer}#top`],
    ],
    [
      "AUTH_LOGTO_ISSUER",
      ["https://user:password@tenant.logto.app/oidc", "https://*.logto.app/oidc"],
    ],
    ["AUTH_URL", ["app.example.com", "https://app.example.com/app", "https://app.example.com/#a"]],
    ["AUTH_URL", ["https://*.example.com", "https://a.example,b.example", "https://${HOST}"]],
    ["AUTH_TRUST_HOST", ["perhaps"]],
    ["LOGTO_SCOPES", ["profile email", 'openid "profile"']],
    ["LOGTO_SOCIAL", ["google, github:GitHub"]],
    ["LOGTO_RESOURCES", ["shopping", "https://shop.example/api#v1"]],
    ["AUTH_LOGTO_ID", ['"app"', "app id"]],
    ["AUTH_LOGTO_SECRET", ["'hidden'"]],
    ["API_URL", ["https://api.example.com/?key=1", "https://user@api.example.com"]],
    ["AUTH_COOKIE_DOMAIN", ["192.168.0.10", "*.example.com"]],
    ["AUTH_ALLOWED_EMAILS", ["*@example.org", "a*@example.org", "@*", "@*.example.org", "*"]],
    ["AUTH_ALLOWED_EMAILS", ["@", "@.example.org", "@example", "example.org", "alice@", ","]],
    ["AUTH_ALLOWED_EMAILS", ['"a@example.com"', "mailto:a@example.com", "A <a@example.com>"]],
    ["AUTH_ALLOWED_EMAILS", ["a@example.com;b@example.com", "a@example.com *@example.org"]],
  ])("rejects %s=%s with its name and an example", (variable, values) => {
    for (const value of values) {
      const problem = {
        variable,
        problem: expect.any(String),
        example: expect.stringMatching(/./),
      };
      expect(problemsOf(complete({ [variable]: value })), value).toEqual([problem]);
    }
  });

  test("never repeats a value in its message", () => {
    const parse = () => parseEnv(complete({ AUTH_SECRET: "short-but-secret" }));
    expect(parse).toThrow(/^(?!.*short-but-secret)/s);
  });

  test("treats an empty variable as unset, and ignores spaces around a value", () => {
    const env = parseEnv(complete({ AUTH_URL: "", LOGTO_RESOURCES: "", AUTH_LOGTO_ID: " app\n" }));
    expect(env).toMatchObject({ LOGTO_RESOURCES: [], AUTH_LOGTO_ID: "app" });
  });

  test("requires AUTH_URL, AUTH_TRUST_HOST or Vercel in production", () => {
    const production = (changes: Record<string, string>) =>
      problemsOf(complete({ NODE_ENV: "production", ...changes })).map(({ variable }) => variable);
    expect(production({})).toEqual(["AUTH_URL"]);
    expect(production({ AUTH_URL: "https://app.example.com" })).toEqual([]);
    expect(production({ AUTH_TRUST_HOST: "true" })).toEqual([]);
    expect(production({ VERCEL: "1" })).toEqual([]);
  });

  test("requires the secret beside LOGTO_M2M_ID", () => {
    const found = problemsOf(complete({ LOGTO_M2M_ID: "machine" }));
    expect(found.map(({ variable }) => variable)).toEqual(["LOGTO_M2M_SECRET"]);
  });

  test("reads a secret that contains a comma as one secret", () => {
    const secret = `${"1".repeat(32)},${"2".repeat(32)}`;
    expect(parseEnv(complete({ AUTH_SECRET: secret })).AUTH_SECRET).toEqual([secret]);
  });

  test("returns the secrets newest first: the highest number first, AUTH_SECRET last", () => {
    const [AUTH_SECRET, one, two, AUTH_SECRET_3] = ["0", "1", "2", "3"].map((digit) =>
      digit.repeat(32),
    );
    const secretsOf = (changes: Record<string, string | undefined>) =>
      parseEnv(complete({ AUTH_SECRET, AUTH_SECRET_3, ...changes })).AUTH_SECRET;
    const all = { AUTH_SECRET_1: one, AUTH_SECRET_2: two };
    expect(secretsOf(all)).toEqual([AUTH_SECRET_3, two, one, AUTH_SECRET]);
    expect(secretsOf({})).toEqual([AUTH_SECRET_3, AUTH_SECRET]);
  });

  test("reads scopes and resources as lists, separated by commas or spaces", () => {
    const LOGTO_RESOURCES = "https://a.example https://b.example";
    const env = parseEnv(complete({ LOGTO_SCOPES: "openid, profile", LOGTO_RESOURCES }));
    expect(env.LOGTO_SCOPES).toEqual(["openid", "profile"]);
    expect(env.LOGTO_RESOURCES).toEqual(["https://a.example", "https://b.example"]);
  });

  test.each([
    ["AUTH_URL", "https://App.Example.com:443/", "https://app.example.com"],
    ["AUTH_URL", "http://[::1]:3000", "http://[::1]:3000"],
    ["AUTH_LOGTO_ISSUER", "https://Tenant.Logto.app:443/oidc/", "https://tenant.logto.app/oidc"],
    ["API_URL", "https://api.example.com/v1//", "https://api.example.com/v1"],
  ] as const)("normalizes %s=%s", (variable, value, normalized) => {
    expect(parseEnv(complete({ [variable]: value }))[variable]).toBe(normalized);
  });

  test("accepts addresses, and domains in any script, in AUTH_ALLOWED_EMAILS", () => {
    const AUTH_ALLOWED_EMAILS = "O'Brien+news@Example.com, @team.example @한국.kr";
    const entries = ["o'brien+news@example.com", "@team.example", "@한국.kr"];
    expect(parseEnv(complete({ AUTH_ALLOWED_EMAILS })).AUTH_ALLOWED_EMAILS).toEqual(entries);
  });

  test("rejects an AUTH_COOKIE_DOMAIN that AUTH_URL is not in", () => {
    const AUTH_URL = "https://app.example.com";
    const problems = (domain: string) =>
      problemsOf(complete({ AUTH_URL, AUTH_COOKIE_DOMAIN: domain }));
    expect(problems("example.com")).toEqual([]);
    expect(problems("ample.com")).toMatchObject([{ variable: "AUTH_COOKIE_DOMAIN" }]);
  });

  test("rejects AUTH_ALLOWED_EMAILS without the email scope, because then no user could sign in", () => {
    const changes = { AUTH_ALLOWED_EMAILS: "@example.com", LOGTO_SCOPES: "openid profile" };
    expect(problemsOf(complete(changes))).toMatchObject([{ variable: "LOGTO_SCOPES" }]);
  });

  test("rejects the resource of organization tokens as API_RESOURCE, because it is not an API", () => {
    const organizations = "urn:logto:resource:organizations";
    const changes = { API_RESOURCE: organizations, LOGTO_RESOURCES: organizations };
    expect(problemsOf(complete(changes))).toMatchObject([{ variable: "API_RESOURCE" }]);
  });

  test("requests a refresh token by default", () => {
    expect(parseEnv(complete()).LOGTO_SCOPES).toContain("offline_access");
  });
});

describe("a variable that Auth.js reads by itself", () => {
  const AUTH_URL = "https://app.example.com";
  const AUTH_REDIRECT_PROXY_URL = `${AUTH_URL}/api/auth`;

  test.each<[string, Record<string, string>, string[]]>([
    ["is rejected if it is another address", { NEXTAUTH_URL: AUTH_URL }, ["NEXTAUTH_URL"]],
    [
      "is rejected if it would change the address",
      { AUTH_URL, AUTH_REDIRECT_PROXY_URL },
      ["AUTH_REDIRECT_PROXY_URL"],
    ],
    ["is accepted if AUTH_URL takes precedence", { AUTH_URL, NEXTAUTH_URL: "http://a.test" }, []],
    [
      "does not count if it is AUTH_TRUST_HOST with a false value, which Auth.js reads as true",
      { NODE_ENV: "production", AUTH_TRUST_HOST: "false" },
      ["AUTH_URL"],
    ],
  ])("%s", (_, changes, rejected) => {
    expect(problemsOf(complete(changes)).map(({ variable }) => variable)).toEqual(rejected);
  });

  test("is reported without an example, because it has to be removed", () => {
    const parse = () => parseEnv(complete({ AUTH_REDIRECT_PROXY_URL }));
    expect(parse).toThrow(/another address$/m);
  });
});

test.each(["basePath", "trailingSlash"])(
  "%s of next.config.ts is rejected with a hint to that file",
  (name) => {
    expect(problemsOf(complete({ [name]: "/app" }))).toMatchObject([
      { variable: name, problem: expect.stringContaining("next.config.ts") },
    ]);
  },
);

test(".env.example documents exactly the variables that the app reads", () => {
  const documented = readFileSync(".env.example", "utf8").matchAll(/^#?([A-Z_0-9]+)=/gm);
  expect([...documented].map(([, name]) => name).sort()).toEqual([...variableNames].sort());
});
