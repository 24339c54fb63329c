import { readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { ensureSecret, LaunchError, namesTenant, readEnvironment } from "../../dev/environment";
import { readArguments } from "../../dev/launcher/next-dev";
import { temporaryFolder } from "./temporary-folder";

let root: string;
const write = (file: string, text: string) => writeFileSync(path.join(root, file), text);
const read = (file: string) => readFileSync(path.join(root, file), "utf8");

beforeEach(() => {
  root = temporaryFolder();
});

describe("reading the environment", () => {
  it("prefers .env.local to .env", () => {
    write(".env", "STARTER_A=from-env\nSTARTER_B=from-env");
    write(".env.local", "STARTER_A=from-local");
    expect(readEnvironment(root)).toMatchObject({ STARTER_A: "from-local", STARTER_B: "from-env" });
  });

  it("treats an empty variable as unset", () => {
    write(".env.local", "STARTER_A=");
    expect(readEnvironment(root)).not.toHaveProperty("STARTER_A");
  });

  it("does not change the environment of this process", () => {
    write(".env.local", "STARTER_A=1");
    readEnvironment(root);
    expect(process.env.STARTER_A).toBeUndefined();
  });
});

describe("whether a Logto tenant is configured", () => {
  const tenant = {
    AUTH_LOGTO_ID: "id",
    AUTH_LOGTO_SECRET: "secret",
    AUTH_LOGTO_ISSUER: "https://t.logto.app/oidc",
  };

  it("is true with all three variables, and false with none", () => {
    expect(namesTenant(tenant)).toBe(true);
    expect(namesTenant({})).toBe(false);
  });

  it("is an error that names the missing ones if only some are set", () => {
    const incomplete = () => namesTenant({ ...tenant, AUTH_LOGTO_SECRET: undefined });
    expect(incomplete).toThrow(LaunchError);
    expect(incomplete).toThrow("Not set: AUTH_LOGTO_SECRET.");
  });
});

describe("the secret of the session cookie", () => {
  it("is written to a new .env.local, which only its owner can read", () => {
    ensureSecret(root, readEnvironment(root));
    const { AUTH_SECRET = "" } = readEnvironment(root);
    expect(Buffer.from(AUTH_SECRET, "base64")).toHaveLength(32);
    expect(statSync(path.join(root, ".env.local")).mode & 0o777).toBe(0o600);
  });

  it("leaves an existing .env.local unchanged, and is the same at the next start", () => {
    write(".env.local", "# mine\nAUTH_SECRET=\n");
    const first = ensureSecret(root, readEnvironment(root)).added.AUTH_SECRET;
    expect(read(".env.local")).toBe("# mine\nAUTH_SECRET=\n");
    expect(first).toHaveLength(44);
    expect(ensureSecret(root, readEnvironment(root)).added.AUTH_SECRET).toBe(first);
  });

  it("is not generated if there is one", () => {
    expect(ensureSecret(root, { AUTH_SECRET: "set elsewhere" })).toEqual({ added: {} });
    expect(() => read(".env.local")).toThrow("ENOENT");
  });
});

describe("the address to listen at, among the arguments", () => {
  it.each([
    [["--port", "4000"]],
    [["-p", "4000"]],
    [["--port=4000"]],
    [["-p4000"]],
    [["-p", "1", "-p", "4000"]],
  ])("is read from %j", (args) => {
    expect(readArguments([...args, "--turbopack"])).toEqual({ port: 4000 });
  });

  it.each([
    [["--hostname", "0.0.0.0"]],
    [["-H", "0.0.0.0"]],
    [["--hostname=0.0.0.0"]],
    [["-H0.0.0.0"]],
  ])("is read from %j", (args) => {
    const rest = ["--experimental-https-key", "key.pem"];
    expect(readArguments([...args, ...rest])).toEqual({ hostname: "0.0.0.0" });
  });

  it("is undefined if they do not have it", () => {
    expect(readArguments(["--turbopack", "--database"])).toEqual({});
  });

  it("is an error if it is invalid", () => {
    expect(() => readArguments(["--port", "next"])).toThrow("--port next is not a port.");
    expect(() => readArguments(["--port"])).toThrow("is not a port.");
    expect(() => readArguments(["--hostname"])).toThrow("needs a value");
  });
});
