import { beforeEach, describe, expect, test, vi } from "vitest";
import { readSessionStatus } from "@/lib/session/lifecycle/session-status";
import type { Session } from "@/lib/session/model/session";
import { encodeSession } from "@/lib/session/stores/codec";
import {
  isSessionCookie,
  joinChunks,
  cookieRemovals,
  sessionCookieName,
  replaceCookies,
  sessionCookies,
} from "@/lib/session/stores/cookie";
import { log } from "./mocks";
import { manyClaims, session } from "./sessions";

const secrets = vi.hoisted(() => ["s".repeat(40)]);
const configuration = vi.hoisted(() => ({ https: false, domain: "" }));
vi.mock("@/lib/env", () => ({
  env: () => ({ AUTH_SECRET: secrets, AUTH_COOKIE_DOMAIN: configuration.domain || undefined }),
  isHttps: () => configuration.https,
}));
vi.mock("@/lib/session/stores/current-store", () => import("./current-store"));
vi.mock("@/lib/log", () => import("./mocks"));

const name = "authjs.session-token";
/** A session that takes several cookies. */
const large = () => session({ claims: manyClaims });

const written = async (token: Session, names: string[] = []) =>
  sessionCookies(await encodeSession(token, secrets, sessionCookieName()), token.exp, names);

beforeEach(() => {
  Object.assign(configuration, { https: false, domain: "" });
});

describe("the session cookie", () => {
  test("is a single one of less than 4,096 bytes for an ordinary session, and expires with it", async () => {
    const token = session();
    const [cookie, ...more] = await written(token);
    expect(more).toEqual([]);
    expect(`${cookie?.name ?? ""}=${cookie?.value ?? ""}`.length).toBeLessThan(4096 - 160);
    const expires = new Date(token.exp * 1000);
    const options = { httpOnly: true, sameSite: "lax", secure: false, path: "/", expires };
    expect(cookie?.options).toMatchObject(options);
  });

  test("is split into chunks when it is larger, and can be read again", async () => {
    const { sessionId, ...rest } = large();
    const cookies = await written({ sessionId, ...rest });
    expect(cookies.map((each) => each.name)).toEqual([`${name}.0`, `${name}.1`]);
    const read = { status: "active", session: { sessionId } };
    expect(await readSessionStatus(cookies)).toMatchObject(read);
  });

  test("removes the chunks that a smaller value no longer needs", async () => {
    const cookies = await written(session(), [`${name}.0`, `${name}.1`, "other"]);
    expect(cookies.map((each) => [each.name, each.value !== ""])).toEqual([
      [name, true],
      [`${name}.0`, false],
      [`${name}.1`, false],
    ]);
  });

  test("removes the whole cookie when chunks replace it", async () => {
    const cookies = await written(large(), [name]);
    expect(cookies.at(-1)).toMatchObject({ name, value: "", options: { expires: new Date(0) } });
  });
});

describe("readSessionStatus", () => {
  test.each(["other", `${name}.x`])("returns none for the cookie %s", async (other) => {
    expect(await readSessionStatus([{ name: other, value: "1" }])).toEqual({ status: "none" });
  });

  test.each([
    ["whole and chunked at once", [name, `${name}.0`]],
    ["missing its first chunk", [`${name}.1`]],
    ["missing a chunk in between", [`${name}.0`, `${name}.2`]],
  ])("reports a cookie that is %s as unreadable, and logs a warning", async (_, names) => {
    const [cookie] = await written(session());
    const cookies = names.map((each) => ({ name: each, value: cookie?.value ?? "" }));
    expect(await readSessionStatus(cookies)).toEqual({ status: "unreadable" });
    expect(log.warn).toHaveBeenCalledTimes(1);
  });

  test("reads and removes only ten of as many chunks as headers can hold", async () => {
    const cookies = Array.from({ length: 700 }, (_, index) => ({
      name: `${name}.${String(index)}`,
      value: "x",
    }));
    expect(joinChunks(cookies)).toBe("x".repeat(10));
    expect(await readSessionStatus(cookies)).toEqual({ status: "unreadable" });
    expect(cookieRemovals(cookies.map((each) => each.name))).toHaveLength(10);
  });
});

test("cookieRemovals removes session cookies and no others", () => {
  const others = ["theme", `${name}.10`, `${name}.03`, `${name}.x`, `${name}.`, `${name}3`];
  const names = [name, `${name}.3`, ...others, `x${name}`];
  expect(cookieRemovals(names).map((each) => each.name)).toEqual([name, `${name}.3`]);
});

describe("replaceCookies", () => {
  const replaced = (cookie: string, replacements: { name: string; value: string }[] = []) =>
    replaceCookies(new Headers({ cookie }), isSessionCookie, replacements).get("cookie");

  test.each([
    ["with the same name twice", "theme=a; theme=b"],
    ["without a value, or without a name", "flag; empty=; =value"],
    ["that cannot be decoded", "rate=100%; path=%E0%A4%A"],
    ["with an equals sign, quotes and spaces in their values", 'a=b=c; q="x y"; encoded=a%3Db'],
    ["with similar names", `${name}x=1; ${name}.a=2; x${name}=3`],
  ])("leaves other cookies unchanged: %s", (_, cookie) => {
    expect(replaced(`${cookie}; ${name}=old`, [{ name, value: "new" }])).toBe(
      `${cookie}; ${name}=new`,
    );
    expect(replaced(`${name}.0=old; ${cookie}`)).toBe(cookie);
  });

  test("replaces chunks with a whole cookie, and a whole cookie with chunks", () => {
    const chunks = ["0", "1"].map((index) => ({ name: `${name}.${index}`, value: `new${index}` }));
    expect(replaced(`${name}.0=a;theme=dark;${name}.1=b`, [{ name, value: "new" }])).toBe(
      `theme=dark; ${name}=new`,
    );
    expect(replaced(`${name}=a; ${name}=b; theme=dark`, chunks)).toBe(
      `theme=dark; ${name}.0=new0; ${name}.1=new1`,
    );
  });

  test("drops removed cookies completely, and keeps every other header", () => {
    const headers = new Headers({ cookie: `${name}=old; theme=dark`, accept: "text/html" });
    const withoutSession = replaceCookies(headers, isSessionCookie, cookieRemovals([name]));
    expect([...withoutSession]).toEqual([
      ["accept", "text/html"],
      ["cookie", "theme=dark"],
    ]);
    expect(headers.get("cookie")).toBe(`${name}=old; theme=dark`);
  });
});

describe("a session cookie that is shared with the other hosts of a domain", () => {
  test("has the domain both when it is written and when it is removed", async () => {
    configuration.domain = "example.com";
    const cookies = [...(await written(session())), ...cookieRemovals([name])];
    const domains = cookies.map(({ options }) => options.domain);
    expect(domains).toEqual(["example.com", "example.com"]);
  });

  test.each([
    [true, "example.com", "__Secure-authjs.session-token", true],
    [true, "", "__Host-authjs.session-token", true],
    [false, "example.com", name, false],
    [false, "", name, false],
  ])("on https (%s) with the domain %j is named %s", async (https, domain, expected, secure) => {
    Object.assign(configuration, { https, domain });
    const [cookie] = await written(session());
    expect([cookie?.name, cookie?.options.secure]).toEqual([expected, secure]);
  });
});
