import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { runDoctor } from "../../dev/doctor/main";
import { startLogto, type StandIn } from "../../packages/logto-stand-in/src/server";
import { withValues } from "../../dev/setup/env-file";
import { appClient, appVariables } from "../../dev/stand-in";
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

/** Runs the command with these variables in an env file. */
async function doctor(values: Record<string, string>, args: string[] = [], file = ".env.local") {
  writeFileSync(path.join(root, file), withValues("", values));
  let printed = "";
  const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  try {
    return { code: await runDoctor(root, args), printed };
  } finally {
    write.mockRestore();
  }
}

const healthy = (): Record<string, string> => ({
  ...appVariables(identity.issuer),
  AUTH_SECRET: randomBytes(32).toString("base64"),
  AUTH_URL: origin,
});

it("exits with 0 and says so if it finds no problem", async () => {
  expect(await doctor(healthy())).toEqual({
    code: 0,
    printed: expect.stringContaining("All is well."),
  });
});

it("exits with 1 and says what to do if it finds a problem", async () => {
  const { code, printed } = await doctor({ ...healthy(), AUTH_LOGTO_SECRET: "wrong" });
  expect(code).toBe(1);
  expect(printed).toMatch(/✗ client +the issuer rejects AUTH_LOGTO_SECRET\n +Copy it again/);
  expect(printed).toMatch(/1 problem\n$/);
});

it("exits with 0 and explains the stand-in if no variable is set", async () => {
  const { code, printed } = await doctor({});
  expect(code).toBe(0);
  expect(printed).toContain("`npm run dev` starts a local stand-in");
  expect(printed).toContain("npm run setup");
});

it("finds that a deployment cannot use the embedded database of `npm run dev`", async () => {
  const file = path.join(root, "production.env");
  const values = { ...healthy(), DATABASE_URL: "embedded" };
  const { code, printed } = await doctor(values, ["--env", file], "production.env");
  expect(code).toBe(1);
  expect(printed).toMatch(/✗ variables +DATABASE_URL /);
});

it("prints JSON with --json, for the file of --env", async () => {
  const file = path.join(root, "production.env");
  const { code, printed } = await doctor(
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
  const { code, printed } = await doctor({}, args);
  expect([code, printed]).toEqual([1, expect.stringContaining(message)]);
  expect(printed).toContain("npm run doctor -- ");
});

describe("prints no secret", () => {
  const hidden = "hunter2-hunter2-hunter2-hunter2-hunter2";
  const withPassword = (url: string) => url.replace("//", `//user:${hidden}@`);
  it.each([
    ["that is wrong", { AUTH_LOGTO_SECRET: hidden, AUTH_SECRET: hidden }],
    ["that is too short", { AUTH_SECRET: "hunter2" }],
    ["of a database", { DATABASE_URL: `postgresql://user:${hidden}@127.0.0.1:9/app` }],
    ["of an API", { API_URL: `${withPassword("http://127.0.0.1:9")}/?key=${hidden}` }],
    ["in the app's URL", { AUTH_URL: `${withPassword(origin)}/?key=${hidden}` }],
    ["in the issuer's URL", { AUTH_LOGTO_ISSUER: `${withPassword("http://localhost:9")}/oidc` }],
    ["in values that are invalid", { AUTH_URL: hidden, DATABASE_URL: hidden }],
    ["in an API's URL that is invalid", { API_URL: hidden }],
  ])("%s", async (_, changes) => {
    const { printed } = await doctor({ ...healthy(), ...changes });
    expect(printed).toMatch(/[✗!] /);
    expect(printed).not.toContain("hunter2");
  });
});
