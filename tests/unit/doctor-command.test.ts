import { randomBytes } from "node:crypto";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startLogto, type StandIn } from "../../packages/logto-stand-in/src/server";
import { appClient, appVariables } from "../../dev/stand-in";
import { doctor } from "./run-doctor";
import { temporaryFolder } from "./temporary-folder";

const origin = "https://app.example.test";
let identity: StandIn;
let root: string;

beforeAll(async () => {
  identity = await startLogto({ port: 0, clients: [appClient(origin)] });
});
afterAll(() => identity.close());
beforeEach(() => {
  root = temporaryFolder();
});

const healthy = (): Record<string, string> => ({
  ...appVariables(identity.issuer),
  AUTH_SECRET: randomBytes(32).toString("base64"),
  AUTH_URL: origin,
});

it("exits with 0 and says so if it finds no problem", async () => {
  expect(await doctor(root, healthy())).toEqual({
    code: 0,
    printed: expect.stringContaining("All is well."),
  });
});

it("exits with 1 and says what to do if it finds a problem", async () => {
  const { code, printed } = await doctor(root, { ...healthy(), AUTH_LOGTO_SECRET: "wrong" });
  expect(code).toBe(1);
  expect(printed).toMatch(/✗ client +the issuer rejects AUTH_LOGTO_SECRET\n +Copy it again/);
  expect(printed).toMatch(/1 problem\n$/);
});

it("exits with 0 and explains the stand-in if no variable is set", async () => {
  const { code, printed } = await doctor(root, {});
  expect(code).toBe(0);
  expect(printed).toContain("`npm run dev` starts a local stand-in");
  expect(printed).toContain("npm run setup");
});

it("prints JSON with --json, for the file of --env", async () => {
  const file = path.join(root, "production.env");
  const { code, printed } = await doctor(
    root,
    { LOGTO_SCOPES: "openid" },
    ["--json", "--env", file],
    "production.env",
  );
  expect(code).toBe(1);
  expect(JSON.parse(printed)).toContainEqual({
    check: "variables",
    name: "wrong",
    status: "problem",
    message: "AUTH_URL is missing (needed in production)",
    remedy: expect.stringContaining("https://app.example.com"),
  });
});

it.each([
  [["--jsn"], "--jsn"],
  [["--url", "app.example.test"], "--url"],
  [["--env", "/no/such/file"], "ENOENT"],
])("exits with 1 and prints its usage for %j", async (args, message) => {
  const { code, printed } = await doctor(root, {}, args);
  expect([code, printed]).toEqual([1, expect.stringContaining(message)]);
  expect(printed).toContain("npm run doctor -- ");
});

describe("prints no secret", () => {
  const hidden = "hunter2-hunter2-hunter2-hunter2-hunter2";
  const withPassword = (url: string) => url.replace("//", `//user:${hidden}@`);
  it.each([
    ["that is wrong", { AUTH_LOGTO_SECRET: hidden, AUTH_SECRET: hidden }],
    ["that is too short", { AUTH_SECRET: "hunter2" }],
    ["of an API", { API_URL: `${withPassword("http://127.0.0.1:9")}/?key=${hidden}` }],
    ["in the app's URL", { AUTH_URL: `${withPassword(origin)}/?key=${hidden}` }],
    ["in the issuer's URL", { AUTH_LOGTO_ISSUER: `${withPassword("http://localhost:9")}/oidc` }],
    ["in values that are invalid", { AUTH_URL: hidden }],
    ["in an API's URL that is invalid", { API_URL: hidden }],
  ])("%s", async (_, changes) => {
    const { printed } = await doctor(root, { ...healthy(), ...changes });
    expect(printed).toMatch(/[✗!] /);
    expect(printed).not.toContain("hunter2");
  });
});
