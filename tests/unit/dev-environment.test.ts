import { readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { ensureSecret, LaunchError, namesTenant, readEnvironment } from "../../dev/environment";
import { readArguments } from "../../dev/launcher/next-dev";
import { temporaryFolder } from "./temporary-folder";

let root: string;
const local = () => path.join(root, ".env.local");

beforeEach(() => {
  root = temporaryFolder();
});

it("reads .env.local before .env, without empty variables, and leaves process.env as it is", () => {
  writeFileSync(path.join(root, ".env"), "STARTER_A=from-env\nSTARTER_B=from-env");
  writeFileSync(local(), "STARTER_A=from-local\nSTARTER_C=");
  const values = readEnvironment(root);
  expect(values).toMatchObject({ STARTER_A: "from-local", STARTER_B: "from-env" });
  expect(values).not.toHaveProperty("STARTER_C");
  expect(process.env.STARTER_A).toBeUndefined();
});

it("knows a Logto tenant by all three variables, and reports those that are missing", () => {
  const tenant = { AUTH_LOGTO_ID: "x", AUTH_LOGTO_SECRET: "x", AUTH_LOGTO_ISSUER: "x" };
  expect(namesTenant(tenant)).toBe(true);
  expect(namesTenant({})).toBe(false);
  const incomplete = () => namesTenant({ ...tenant, AUTH_LOGTO_SECRET: undefined });
  expect(incomplete).toThrow(LaunchError);
  expect(incomplete).toThrow("Not set: AUTH_LOGTO_SECRET.");
});

describe("the secret of the session cookie", () => {
  it("is written to a new .env.local, which only its owner can read", () => {
    ensureSecret(root, readEnvironment(root));
    const { AUTH_SECRET = "" } = readEnvironment(root);
    expect(Buffer.from(AUTH_SECRET, "base64")).toHaveLength(32);
    expect(statSync(local()).mode & 0o777).toBe(0o600);
  });

  it("leaves an existing .env.local unchanged, and is the same at the next start", () => {
    writeFileSync(local(), "# mine\nAUTH_SECRET=\n");
    const first = ensureSecret(root, readEnvironment(root)).added.AUTH_SECRET;
    expect(readFileSync(local(), "utf8")).toBe("# mine\nAUTH_SECRET=\n");
    expect(first).toHaveLength(44);
    expect(ensureSecret(root, readEnvironment(root)).added.AUTH_SECRET).toBe(first);
  });

  it("is not generated if there is one", () => {
    expect(ensureSecret(root, { AUTH_SECRET: "set elsewhere" })).toEqual({ added: {} });
    expect(() => readFileSync(local())).toThrow("ENOENT");
  });
});

describe("the address to listen at, among the arguments", () => {
  it.each([
    ["--port 4000 --turbopack", { port: 4000 }],
    ["-p4000 --turbopack", { port: 4000 }],
    ["-p 1 -p 4000", { port: 4000 }],
    ["--hostname=0.0.0.0 --experimental-https-key key.pem", { hostname: "0.0.0.0" }],
    ["-H 0.0.0.0 --turbopack", { hostname: "0.0.0.0" }],
    ["--turbopack --database", {}],
  ])("is read from %s", (args, place) => {
    expect(readArguments(args.split(" "))).toEqual(place);
  });

  it("is an error if it is invalid", () => {
    expect(() => readArguments(["--port", "next"])).toThrow("--port next is not a port.");
    expect(() => readArguments(["--port"])).toThrow("is not a port.");
    expect(() => readArguments(["--hostname"])).toThrow("needs a value");
  });
});
