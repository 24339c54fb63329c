import { readFileSync } from "node:fs";
import { encode } from "@auth/core/jwt";
import { describe, expect, it } from "vitest";
import { CookieSessions } from "../../examples/nest-api/src/auth/cookie-sessions";
import { sessionValues } from "../../examples/nest-api/src/auth/session-cookies";
import { EnvError, parseEnv } from "../../examples/nest-api/src/env";
import { isExcerpt } from "./excerpt";

const name = "authjs.session-token";
const range = (length: number) => Array.from({ length }, (_, index) => index);

describe("the API server's configuration", () => {
  const parse = (changes: Record<string, string | undefined> = {}) =>
    parseEnv({
      AUTH_URL: "http://app.example.com",
      AUTH_SECRET: "a".repeat(32),
      AUTH_LOGTO_ISSUER: "https://logto.example.com/oidc",
      API_RESOURCE: "https://shopping.example.com/api",
      ...changes,
    });
  const [newest, newer, older] = ["1", "2", "3"].map((digit) => digit.repeat(32));
  const databaseUrl = "postgresql://localhost/app";

  it.each([
    [{ AUTH_URL: "http://app.example.com" }, { cookieName: name }],
    [{ AUTH_URL: "https://app.example.com" }, { cookieName: `__Secure-${name}` }],
    [{ CORS_ORIGINS: "https://a.test" }, { origins: ["http://app.example.com", "https://a.test"] }],
    [{}, { host: undefined, strategy: "jwt" }],
    [
      { HOST: "127.0.0.1", DATABASE_URL: " " },
      { host: "127.0.0.1", strategy: "jwt" },
    ],
    [{ DATABASE_URL: databaseUrl }, { strategy: "database", databaseUrl }],
    [
      { AUTH_SECRET: older, AUTH_SECRET_1: newer, AUTH_SECRET_2: newest },
      { secrets: [newest, newer, older] },
    ],
    [{ AUTH_SECRET: `${newer},${older}` }, { secrets: [`${newer},${older}`] }],
  ])("is read from %j", (changes, expected) => {
    expect(parse(changes)).toMatchObject(expected);
  });

  it("has a database URL or secrets, depending on the strategy", () => {
    const jwt = { AUTH_SESSION_STRATEGY: "jwt", DATABASE_URL: databaseUrl };
    expect(parse(jwt)).not.toHaveProperty("databaseUrl");
    const database = { AUTH_SESSION_STRATEGY: "database", DATABASE_URL: databaseUrl };
    expect(parse(database)).not.toHaveProperty("secrets");
    expect(parse({ ...database, AUTH_SECRET: "" })).toMatchObject({ databaseUrl });
  });

  it.each([
    [{ CORS_ORIGINS: "*" }, /CORS_ORIGINS/],
    [{ CORS_ORIGINS: "null" }, /CORS_ORIGINS/],
    [{ CORS_ORIGINS: "https://*.example.com" }, /CORS_ORIGINS/],
    [{ CORS_ORIGINS: "https://example.com/path" }, /CORS_ORIGINS/],
    [{ CORS_ORIGINS: "example.com" }, /CORS_ORIGINS/],
    [{ AUTH_SESSION_STRATEGY: "jwt", AUTH_SECRET: "" }, /AUTH_SECRET/],
    [{ AUTH_SESSION_STRATEGY: "database" }, /DATABASE_URL/],
    [{ AUTH_SESSION_STRATEGY: "cookie" }, /AUTH_SESSION_STRATEGY +is neither jwt nor database/],
  ])("rejects %j", (changes, message) => {
    expect(() => parse(changes)).toThrow(message);
  });

  it("is rejected with a list of all errors that contains no values", () => {
    const wrong = () => parseEnv({ AUTH_SECRET: "too-short", AUTH_URL: "ftp://files" });
    expect(wrong).toThrow(EnvError);
    expect(wrong).toThrow(/AUTH_URL.*AUTH_LOGTO_ISSUER.*API_RESOURCE.*AUTH_SECRET/s);
    expect(wrong).not.toThrow(/too-short|ftp/);
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
    const chunks = ["0=A", "1=B", "2=C", "0=a", "1=b"].map((chunk) => `${name}.${chunk}`);
    const values = sessionValues(chunks.join("; "), name);
    expect(values).toEqual(expect.arrayContaining(["ABC", "ab"]));
  });

  it.each([
    ["many cookies of one name", () => name],
    ["many chunks", (index: number) => `${name}.${index}`],
    ["many copies of each chunk", (index: number) => `${name}.${index % 10}`],
    ["many names with the same prefix", (index: number) => `${name}.0${index}`],
  ])("is looked for within limits among %s", (_what, nameOf) => {
    const header = range(5_000).map((index) => `${nameOf(index)}=x`);
    const values = sessionValues(header.join("; "), name);
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
  const jwe = (tag: unknown) => `header..iv.ciphertext.${String(tag)}`;

  it("decrypts only values that look like a session, and at most 16 of them", async () => {
    const sessions = new RecordingSessions(["s".repeat(40)], name);
    const incomplete = ["garbage", "header..iv.ciphertext", "a.b.c.d.e", `${jwe("tag")}.more`, ""];
    await sessions.find([...incomplete, ...range(200).map(jwe)]);
    expect(sessions.tried).toEqual(range(16).map(jwe));
  });

  it("returns the names of the claims that the app's cookie omits", async () => {
    const secret = "s".repeat(32);
    const session = { subject: "alice", claims: { name: "Alice" }, omitted: ["organizations"] };
    const value = await encode({ token: { ...session, startedAt: 1 }, secret, salt: name });
    expect(await new CookieSessions([secret], name).find([value])).toEqual(session);
  });
});

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");

it("the API server's README quotes code of the source", () => {
  const [, excerpt = ""] = /```ts\n(.*?)```/s.exec(read("examples/nest-api/README.md")) ?? [];
  const source = read("examples/nest-api/src/products.controller.ts");
  expect(excerpt.split("\n").length).toBeGreaterThan(3);
  expect(isExcerpt(excerpt, source)).toBe(true);
});

it("the API server's schema is a subset of the app's schema", () => {
  const models = (file: string) =>
    [...read(file).matchAll(/^model (\w+) \{\n(.*?)^\}/gms)].map(([, model, body = ""]) => {
      const lines = body.split("\n").map((line) => line.trim().replace(/\s+/g, " "));
      return { model, fields: lines.filter((line) => line && !line.startsWith("//")) };
    });
  const ofApi = models("examples/nest-api/prisma/schema.prisma");
  expect(ofApi.map(({ model }) => model)).toEqual(["Session"]);
  const ofApp = models("prisma/schema.prisma").find(({ model }) => model === "Session");
  expect(ofApp?.fields).toEqual(expect.arrayContaining(ofApi[0]?.fields ?? []));
});
