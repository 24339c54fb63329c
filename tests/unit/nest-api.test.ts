import { readFileSync } from "node:fs";
import { encode } from "@auth/core/jwt";
import { describe, expect, it } from "vitest";
import { CookieSessions } from "../../examples/nest-api/src/auth/cookie-sessions";
import { sessionValues } from "../../examples/nest-api/src/auth/session-cookies";
import { EnvError, parseEnv } from "../../examples/nest-api/src/env";

const name = "authjs.session-token";
const databaseUrl = "postgresql://localhost/app";
const variables = {
  AUTH_URL: "http://app.example.com",
  AUTH_SECRET: "a".repeat(32),
  AUTH_LOGTO_ISSUER: "https://logto.example.com/oidc",
  API_RESOURCE: "https://shopping.example.com/api",
};

describe("the API server's configuration", () => {
  it.each([
    ["http://app.example.com", name],
    ["https://app.example.com", `__Secure-${name}`],
  ])("derives the session cookie's name from AUTH_URL: %s", (AUTH_URL, cookieName) => {
    expect(parseEnv({ ...variables, AUTH_URL })).toMatchObject({ cookieName });
  });

  it("lists the app's origin first, then the others", () => {
    const { origins } = parseEnv({
      ...variables,
      AUTH_URL: "https://app.example.com/",
      CORS_ORIGINS: "https://a.test",
    });
    expect(origins).toEqual(["https://app.example.com", "https://a.test"]);
  });

  it.each(["*", "null", "https://*.example.com", "https://example.com/path", "example.com"])(
    "rejects the origin %s",
    (CORS_ORIGINS) => {
      expect(() => parseEnv({ ...variables, CORS_ORIGINS })).toThrow("CORS_ORIGINS");
    },
  );

  it("listens on every address unless HOST is set", () => {
    expect(parseEnv(variables).host).toBeUndefined();
    expect(parseEnv({ ...variables, HOST: "127.0.0.1" })).toMatchObject({ host: "127.0.0.1" });
  });

  it("lists the secrets newest first, as the app does", () => {
    const [newest, newer, older] = ["1", "2", "3"].map((digit) => digit.repeat(32));
    const secrets = { AUTH_SECRET: older, AUTH_SECRET_1: newer, AUTH_SECRET_2: newest };
    expect(parseEnv({ ...variables, ...secrets })).toMatchObject({
      secrets: [newest, newer, older],
    });
  });

  it("does not split AUTH_SECRET at commas", () => {
    const AUTH_SECRET = `${"1".repeat(32)},${"2".repeat(32)}`;
    expect(parseEnv({ ...variables, AUTH_SECRET })).toMatchObject({ secrets: [AUTH_SECRET] });
  });

  it.each([
    ["jwt", undefined],
    ["jwt", " "],
    ["database", databaseUrl],
  ])("uses strategy %s when DATABASE_URL is %o", (strategy, DATABASE_URL) => {
    expect(parseEnv({ ...variables, DATABASE_URL })).toMatchObject({ strategy });
  });

  it("requires a secret in strategy jwt, and has no database URL", () => {
    const jwt = { ...variables, AUTH_SESSION_STRATEGY: "jwt" };
    expect(() => parseEnv({ ...jwt, AUTH_SECRET: "" })).toThrow("AUTH_SECRET");
    expect(parseEnv(jwt)).toMatchObject({ strategy: "jwt" });
    expect(parseEnv({ ...jwt, DATABASE_URL: databaseUrl })).not.toHaveProperty("databaseUrl");
  });

  it("requires a database in strategy database, and has no secrets", () => {
    const database = { ...variables, AUTH_SESSION_STRATEGY: "database" };
    expect(() => parseEnv(database)).toThrow("DATABASE_URL");
    const env = parseEnv({ ...database, AUTH_SECRET: "", DATABASE_URL: databaseUrl });
    expect(env).toMatchObject({ strategy: "database", databaseUrl });
    expect(parseEnv({ ...database, DATABASE_URL: databaseUrl })).not.toHaveProperty("secrets");
  });

  it("rejects a strategy that the app does not have", () => {
    const wrong = { ...variables, AUTH_SESSION_STRATEGY: "cookie" };
    expect(() => parseEnv(wrong)).toThrow(/AUTH_SESSION_STRATEGY +is neither jwt nor database/);
  });

  it("is rejected with a list of all errors that contains no values", () => {
    const wrong = { AUTH_SECRET: "too-short", AUTH_URL: "ftp://files" };
    expect(() => parseEnv(wrong)).toThrow(EnvError);
    expect(() => parseEnv(wrong)).toThrow(
      /AUTH_URL.*AUTH_LOGTO_ISSUER.*API_RESOURCE.*AUTH_SECRET/s,
    );
    expect(() => parseEnv(wrong)).not.toThrow(/too-short|ftp/);
  });
});

describe("the session cookie's value", () => {
  it.each([
    ["is absent", "theme=dark", []],
    ["is empty", `${name}=`, []],
    ["is whole", `a=b; ${name}=v=w`, ["v=w"]],
    ["is in chunks, in any order", `${name}.1=b; ${name}.0=a; ${name}.2=c`, ["a", "ab", "abc"]],
    ["lacks its first chunk", `${name}.1=b`, []],
    ["appears twice", `${name}=old; ${name}=new`, ["old", "new"]],
    ["is next to another cookie's chunk", `x${name}.0=x; ${name}=v`, ["v"]],
  ])("when it %s", (_when, header, values) => {
    expect(sessionValues(header, name)).toEqual(values);
  });

  it("is found among the chunks of an older, longer value", () => {
    const header = ["0=A", "1=B", "2=C", "0=a", "1=b"]
      .map((chunk) => `${name}.${chunk}`)
      .join("; ");
    expect(sessionValues(header, name)).toEqual(expect.arrayContaining(["ABC", "ab"]));
  });

  it.each([
    ["many cookies of one name", () => name],
    ["many chunks", (index: number) => `${name}.${index}`],
    ["many copies of a few chunks", (index: number) => `${name}.${index % 3}`],
    ["many copies of each chunk", (index: number) => `${name}.${index % 10}`],
    ["many names with the same prefix", (index: number) => `${name}.0${index}`],
  ])("is looked for within limits among %s", (_what, nameOf) => {
    const header = Array.from({ length: 5_000 }, (_, index) => `${nameOf(index)}=x`).join("; ");
    const values = sessionValues(header, name);
    expect(values.length).toBeLessThanOrEqual(4 + 10 * 16);
    expect(Math.max(0, ...values.map(({ length }) => length))).toBeLessThanOrEqual(10);
  });
});

describe("the session lookup", () => {
  class RecordingSessions extends CookieSessions {
    readonly tried: string[] = [];

    protected override async lookUp(values: readonly string[]) {
      this.tried.push(...values);
      return undefined;
    }
  }
  const jwe = (tag: string) => `header..iv.ciphertext.${tag}`;

  it("decrypts only values that look like a session, and at most 16 of them", async () => {
    const sessions = new RecordingSessions(["s".repeat(40)], name);
    const incomplete = ["garbage", "header..iv.ciphertext", "a.b.c.d.e", `${jwe("tag")}.more`, ""];
    await sessions.find([
      ...incomplete,
      ...Array.from({ length: 200 }, (_, index) => jwe(`tag${index}`)),
    ]);
    expect(sessions.tried).toEqual(Array.from({ length: 16 }, (_, index) => jwe(`tag${index}`)));
  });
});

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");

it("returns the names of the claims that the app's cookie omits", async () => {
  const secret = "s".repeat(32);
  const token = {
    subject: "alice",
    startedAt: 1,
    claims: { name: "Alice" },
    omitted: ["organizations"],
  };
  const value = await encode({ token, secret, salt: name });
  expect(await new CookieSessions([secret], name).find([value])).toEqual({
    subject: "alice",
    claims: { name: "Alice" },
    omitted: ["organizations"],
  });
});

describe("the API server's README", () => {
  it("quotes code of the source", () => {
    const [, excerpt = ""] = /```ts\n(.*?)```/s.exec(read("examples/nest-api/README.md")) ?? [];
    const source = read("examples/nest-api/src/products.controller.ts");
    const lines = excerpt.split("\n").map((line) => line.trim());
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) expect(source).toContain(line);
  });
});

describe("the API server's schema", () => {
  const models = (file: string) => {
    return new Map(
      [...read(file).matchAll(/^model (\w+) \{\n(.*?)^\}/gms)].map(([, model, body = ""]) => {
        const lines = body.split("\n").map((line) => line.trim().replace(/\s+/g, " "));
        return [model, lines.filter((line) => line && !line.startsWith("//"))];
      }),
    );
  };

  it("is a subset of the app's schema", () => {
    const appModels = models("prisma/schema.prisma");
    const apiModels = models("examples/nest-api/prisma/schema.prisma");
    expect([...apiModels.keys()]).toEqual(["Session"]);
    for (const [model, fields] of apiModels)
      expect(appModels.get(model)).toEqual(expect.arrayContaining(fields));
  });
});
