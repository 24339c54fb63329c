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
  ])("takes the session cookie's name from the app's address: %s", (AUTH_URL, cookieName) => {
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
    "refuses the origin %s",
    (CORS_ORIGINS) => {
      expect(() => parseEnv({ ...variables, CORS_ORIGINS })).toThrow("CORS_ORIGINS");
    },
  );

  it("listens on every address but where one is asked for", () => {
    expect(parseEnv(variables).host).toBeUndefined();
    expect(parseEnv({ ...variables, HOST: "127.0.0.1" })).toMatchObject({ host: "127.0.0.1" });
  });

  it("knows the secrets newest first, as the app does", () => {
    const [newest, newer, older] = ["1", "2", "3"].map((digit) => digit.repeat(32));
    const given = { AUTH_SECRET: older, AUTH_SECRET_1: newer, AUTH_SECRET_2: newest };
    expect(parseEnv({ ...variables, ...given })).toMatchObject({ secrets: [newest, newer, older] });
  });

  it("takes AUTH_SECRET whole, commas included", () => {
    const AUTH_SECRET = `${"1".repeat(32)},${"2".repeat(32)}`;
    expect(parseEnv({ ...variables, AUTH_SECRET })).toMatchObject({ secrets: [AUTH_SECRET] });
  });

  it.each([
    ["jwt", undefined],
    ["jwt", " "],
    ["database", databaseUrl],
  ])("keeps to strategy %s where DATABASE_URL is %o", (strategy, DATABASE_URL) => {
    expect(parseEnv({ ...variables, DATABASE_URL })).toMatchObject({ strategy });
  });

  it("needs a secret in strategy jwt, and knows no database", () => {
    const jwt = { ...variables, AUTH_SESSION_STRATEGY: "jwt" };
    expect(() => parseEnv({ ...jwt, AUTH_SECRET: "" })).toThrow("AUTH_SECRET");
    expect(parseEnv(jwt)).toMatchObject({ strategy: "jwt" });
    expect(parseEnv({ ...jwt, DATABASE_URL: databaseUrl })).not.toHaveProperty("databaseUrl");
  });

  it("needs a database in strategy database, and knows no secret", () => {
    const database = { ...variables, AUTH_SESSION_STRATEGY: "database" };
    expect(() => parseEnv(database)).toThrow("DATABASE_URL");
    const env = parseEnv({ ...database, AUTH_SECRET: "", DATABASE_URL: databaseUrl });
    expect(env).toMatchObject({ strategy: "database", databaseUrl });
    expect(parseEnv({ ...database, DATABASE_URL: databaseUrl })).not.toHaveProperty("secrets");
  });

  it("refuses a strategy that the app does not have", () => {
    const wrong = { ...variables, AUTH_SESSION_STRATEGY: "cookie" };
    expect(() => parseEnv(wrong)).toThrow(/AUTH_SESSION_STRATEGY +is neither jwt nor database/);
  });

  it("is refused by a list of all that is wrong, without a value", () => {
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
    [
      "is in chunks, in whatever order",
      `${name}.1=b; ${name}.0=a; ${name}.2=c`,
      ["a", "ab", "abc"],
    ],
    ["lacks its first chunk", `${name}.1=b`, []],
    ["is there twice", `${name}=old; ${name}=new`, ["old", "new"]],
    ["is beside another cookie's chunk", `x${name}.0=x; ${name}=v`, ["v"]],
  ])("when it %s", (_when, header, values) => {
    expect(sessionValues(header, name)).toEqual(values);
  });

  it("is found among the chunks of an older and longer one", () => {
    const header = ["0=A", "1=B", "2=C", "0=a", "1=b"]
      .map((chunk) => `${name}.${chunk}`)
      .join("; ");
    expect(sessionValues(header, name)).toEqual(expect.arrayContaining(["ABC", "ab"]));
  });

  it.each([
    ["many of one name", () => name],
    ["many chunks", (index: number) => `${name}.${index}`],
    ["many of a few chunks", (index: number) => `${name}.${index % 3}`],
    ["many of each chunk", (index: number) => `${name}.${index % 10}`],
    ["many that begin alike", (index: number) => `${name}.0${index}`],
  ])("is not looked for without end among %s", (_what, nameOf) => {
    const header = Array.from({ length: 5_000 }, (_, index) => `${nameOf(index)}=x`).join("; ");
    const values = sessionValues(header, name);
    expect(values.length).toBeLessThanOrEqual(4 + 10 * 16);
    expect(Math.max(0, ...values.map(({ length }) => length))).toBeLessThanOrEqual(10);
  });
});

describe("looking a session up", () => {
  class Recorded extends CookieSessions {
    readonly tried: string[] = [];

    protected override async lookUp(values: readonly string[]) {
      this.tried.push(...values);
      return undefined;
    }
  }
  const jwe = (tag: string) => `header..iv.ciphertext.${tag}`;

  it("decrypts only what looks like a session, and not without end", async () => {
    const sessions = new Recorded(["s".repeat(40)], name);
    const incomplete = ["garbage", "header..iv.ciphertext", "a.b.c.d.e", `${jwe("tag")}.more`, ""];
    await sessions.find([
      ...incomplete,
      ...Array.from({ length: 200 }, (_, index) => jwe(`tag${index}`)),
    ]);
    expect(sessions.tried).toEqual(Array.from({ length: 16 }, (_, index) => jwe(`tag${index}`)));
  });
});

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");

it("knows which claims the app's cookie had no room for", async () => {
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
  it("shows code that is there", () => {
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

  it("has nothing that the app's has not, or has otherwise", () => {
    const ours = models("prisma/schema.prisma");
    const theirs = models("examples/nest-api/prisma/schema.prisma");
    expect([...theirs.keys()]).toEqual(["Session"]);
    for (const [model, fields] of theirs)
      expect(ours.get(model)).toEqual(expect.arrayContaining(fields));
  });
});
