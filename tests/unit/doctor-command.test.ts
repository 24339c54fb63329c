import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { startLogto } from "../../packages/logto-stand-in/src/server";
import { appClient } from "../../dev/stand-in";
import { doctor, healthy, origin } from "./doctor";
import { temporaryFolder } from "./temporary-folder";

const identity = await startLogto({ port: 0, clients: [appClient(origin)] });
afterAll(() => identity.close());

it.each([
  [0, "no problem", healthy(identity.issuer), /All is well\./],
  [0, "no variable", {}, /`npm run dev` starts a local stand-in[^]*npm run setup/],
  [
    1,
    "a problem",
    healthy(identity.issuer, { AUTH_LOGTO_SECRET: "wrong" }),
    /✗ client +the issuer rejects AUTH_LOGTO_SECRET\n +Copy it again[^]*1 problem\n$/,
  ],
])("exits with %s if there is %s, and says what to do", async (code, _, values, message) => {
  expect(await doctor(temporaryFolder(), values)).toEqual({
    code,
    printed: expect.stringMatching(message),
  });
});

it("prints JSON with --json, for the file of --env", async () => {
  const root = temporaryFolder();
  const args = ["--json", "--env", path.join(root, "production.env")];
  const values = { LOGTO_SCOPES: "openid" };
  const { code, printed } = await doctor(root, values, args, "production.env");
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
  const { code, printed } = await doctor(temporaryFolder(), {}, args);
  expect([code, printed]).toEqual([1, expect.stringContaining(message)]);
  expect(printed).toContain("npm run doctor -- ");
});

const hidden = "hunter2-hunter2-hunter2-hunter2-hunter2";
const withPassword = (url: string) => url.replace("//", `//user:${hidden}@`);
it.each([
  ["that is wrong", { AUTH_LOGTO_SECRET: hidden, AUTH_SECRET: hidden }],
  ["that is too short", { AUTH_SECRET: "hunter2" }],
  ["of an API", { API_URL: `${withPassword("http://127.0.0.1:9")}/?key=${hidden}` }],
  ["in the app's URL", { AUTH_URL: `${withPassword(origin)}/?key=${hidden}` }],
  ["in the issuer's URL", { AUTH_LOGTO_ISSUER: `${withPassword("http://localhost:9")}/oidc` }],
  ["in values that are invalid", { AUTH_URL: hidden }],
])("prints no secret %s", async (_, changes) => {
  const { printed } = await doctor(temporaryFolder(), healthy(identity.issuer, { ...changes }));
  expect(printed).toMatch(/[✗!] /);
  expect(printed).not.toContain("hunter2");
});
