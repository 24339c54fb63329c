import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { readEnvironment } from "../../dev/environment";
import { startLogto } from "../../packages/logto-stand-in/src/server";
import { issuerFrom } from "../../dev/setup/endpoint";
import { withValues, writeWhole } from "../../dev/setup/env-file";
import { runSetup } from "../../dev/setup/main";
import { askFor } from "../../dev/setup/questions";
import { appClient, devClient } from "../../dev/stand-in";
import { printing } from "./printed";
import { temporaryFolder } from "./temporary-folder";

const identity = await startLogto({ port: 0, clients: [appClient("http://localhost:3000")] });
afterAll(() => identity.close());

let root: string;
const envFile = () => path.join(root, ".env.local");
beforeEach(() => {
  root = temporaryFolder();
});

describe("the issuer", () => {
  const tenant = "https://abc123.logto.app/oidc";
  it.each([
    ["https://abc123.logto.app/", tenant],
    [" abc123.logto.app ", tenant],
    [`${tenant}/`, tenant],
    [`${tenant}/.well-known/openid-configuration`, tenant],
    ["https://cloud.logto.io/abc123/applications/x7/settings", tenant],
    ["localhost:3001", "http://localhost:3001/oidc"],
    ["http://localhost:3002/console/applications", "http://localhost:3001/oidc"],
  ])("is derived from %s", (typed, issuer) => {
    expect(issuerFrom(typed)).toBe(issuer);
  });

  it.each([
    ["https://cloud.logto.io/", "Logto's console"],
    ["https://auth.example.com/console", "Logto's console"],
    ["ftp://abc123.logto.app", "not a web address"],
    ["not an address", "is not an address"],
  ])("is not derived from %s", (typed, message) => {
    expect(() => issuerFrom(typed)).toThrow(message);
  });
});

describe("a written value", () => {
  // Docker would keep quotes.
  it.each([
    ["x7kf92", false],
    ["https://abc123.logto.app/oidc", false],
    ["postgresql://user:p%40ss@localhost:5432/app?a=b&c=d", false],
    ["q+/w==", false],
    ["a$b${HOME}\\$c", true],
    ["it's", true],
    [`it's "it"`, true],
    [" a #b ", true],
    ["postgresql://user:p%40ss$word@localhost:5432/app?sslmode=require#x", true],
  ])("is read by Next.js unchanged: %s (changed in the file: %s)", (value, isChanged) => {
    const written = withValues("", { STARTER_VALUE: value });
    writeFileSync(envFile(), written);
    expect(readEnvironment(root).STARTER_VALUE).toBe(value);
    expect(written !== `STARTER_VALUE=${value}\n`).toBe(isChanged);
  });

  it("is rejected when no .env file can hold it", () => {
    for (const value of ["'\"`", "a\nb"])
      expect(() => withValues("", { STARTER_VALUE: value })).toThrow("no .env file");
  });

  it("replaces all lines of its variable by one, and leaves other lines and comments", () => {
    const before = "# Mine\nOTHER=1\n#A=commented\nexport A=old\n\nB='b'\nA=older\n# The end";
    expect(withValues(before, { A: "new", C: "c" })).toBe(
      "# Mine\nOTHER=1\n#A=commented\nA=new\n\nB='b'\n# The end\nC=c\n",
    );
  });

  it("is in a file that only its owner can read, without temporary files next to it", () => {
    writeFileSync(envFile(), "OLD=1\n", { mode: 0o644 });
    writeWhole(envFile(), "NEW=1\n");
    expect(readFileSync(envFile(), "utf8")).toBe("NEW=1\n");
    expect(statSync(envFile()).mode & 0o777).toBe(0o600);
    expect(readdirSync(root)).toEqual([".env.local"]);
  });
});

describe("a question", () => {
  /** Types `keys`, one after another, and returns the reply and what the terminal shows. */
  async function answer(keys: string[], current?: string, isSecret = false) {
    const input = new PassThrough();
    const output = new PassThrough();
    let shown = "";
    output.on("data", (chunk: Buffer) => (shown += chunk.toString()));
    const reply = askFor("Value", current, isSecret, { input, output }).catch(String);
    for (const key of keys) {
      input.write(key);
      await new Promise(setImmediate);
    }
    return { reply: await reply, shown };
  }

  it.each([
    ["the typed text", [" k7f ", "\r"], undefined, false, "k7f", /k7f/],
    ["the current value on Enter", ["\r"], "k7f", false, "k7f", /k7f/],
    ["the current secret on Enter", ["\r"], "k7f", true, "k7f", /^(?!.*k7f)/s],
    ["an empty current value", ["\r"], "", false, "", /Value/],
    ["the second reply", ["\r", "k7f", "\r"], undefined, false, "k7f", /This value is needed\./],
    [
      "a typed secret",
      ["hunter2", "\r"],
      "k7fx",
      true,
      "hunter2",
      /^(?!.*(hunter|h\W*u\W*n|k7f))/s,
    ],
  ])("returns %s, and shows no secret", async (_, keys, current, isSecret, value, visible) => {
    const { reply, shown } = await answer(keys, current, isSecret);
    expect(reply).toBe(value);
    expect(shown).toMatch(visible);
  });

  it.each([
    ["Ctrl-C", "\u0003"],
    ["Ctrl-D", "\u0004"],
  ])("is cancelled with %s", async (_, key) => {
    expect((await answer([key], undefined, true)).reply).toBe("SetupError: Cancelled.");
    expect((await answer(["k7f", key])).reply).toBe("SetupError: Cancelled.");
  });
});

describe("without a terminal", () => {
  const { clientId: AUTH_LOGTO_ID, clientSecret: AUTH_LOGTO_SECRET } = devClient;
  const flags = ["--endpoint", identity.endpoint, "--app-id", AUTH_LOGTO_ID, "--app-secret"];
  const withSecret = [...flags, AUTH_LOGTO_SECRET];

  /** Runs the command in this process. */
  const setUp = (...args: string[]) => printing(() => runSetup(root, args));

  it("writes values that the doctor accepts, and prints the URLs to register", async () => {
    const { code, printed } = await setUp(...withSecret);
    expect(printed).toContain("http://localhost:3000/api/auth/callback/logto");
    expect(printed).toContain("http://localhost:3000/api/auth/backchannel-logout");
    expect(code).toBe(0);
    const { AUTH_SECRET, ...rest } = readEnvironment(root);
    const tenant = { AUTH_LOGTO_ID, AUTH_LOGTO_SECRET, AUTH_LOGTO_ISSUER: identity.issuer };
    expect(rest).toMatchObject(tenant);
    expect(AUTH_SECRET).toHaveLength(44);
    expect(printed).not.toContain(AUTH_LOGTO_SECRET);
    expect(printed).not.toContain(AUTH_SECRET);
  });

  it("writes nothing when the doctor finds a problem, unless --force is set", async () => {
    const { code, printed } = await setUp(...flags, "wrong");
    expect([code, printed]).toEqual([1, expect.stringContaining("rejects AUTH_LOGTO_SECRET")]);
    expect(existsSync(envFile())).toBe(false);
    expect((await setUp(...flags, "wrong", "--force")).code).toBe(1);
    expect(readEnvironment(root)).toMatchObject({ AUTH_LOGTO_SECRET: "wrong" });
  });

  it("changes an existing file only with --yes, and leaves its AUTH_SECRET", async () => {
    const before = `# Mine\nAUTH_SECRET=${randomBytes(32).toString("hex")}\n`;
    writeFileSync(envFile(), before);
    const { code, printed } = await setUp(...withSecret);
    expect([code, printed]).toEqual([1, expect.stringContaining("--yes")]);
    expect(readFileSync(envFile(), "utf8")).toBe(before);
    expect((await setUp(...withSecret, "--yes")).code).toBe(0);
    expect(readFileSync(envFile(), "utf8")).toMatch(before);
  });

  it.each([
    [["--app-id", "x"], /--endpoint is missing/],
    [["--endpont", "x"], /--endpont/],
    [["--endpoint", "nothing at all"], /is not an address/],
    [[...withSecret, "--app-url", "app.example.com"], /✗ variables +AUTH_URL is/],
    [[...withSecret, "--app-url", "https://app.example.com/app"], /✗ variables +AUTH_URL has/],
  ])("reports what is wrong with %j", async (args, message) => {
    const { code, printed } = await setUp(...args);
    expect([code, printed]).toEqual([1, expect.stringMatching(message)]);
    expect(readdirSync(root)).toEqual([]);
  });

  it("reads the secret from standard input", async () => {
    const script = `import { runSetup } from "./dev/setup/main"; process.exitCode = await runSetup(${JSON.stringify(root)}, process.argv.slice(1))`;
    const node = ["--import", "tsx", "--input-type=module", "-e", script, "--"];
    const child = spawn(process.execPath, [...node, ...flags, "-"], {
      stdio: ["pipe", "ignore", "inherit"],
    });
    child.stdin.end(`${AUTH_LOGTO_SECRET}\n`);
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(readEnvironment(root)).toMatchObject({ AUTH_LOGTO_SECRET });
  }, 30_000);
});
