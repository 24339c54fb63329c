import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { z } from "zod";
import { runCli } from "../src/cli";
import { startLogto } from "../src/index";
import { temporaryFolder } from "./temporary-folder";

const redirectUri = "http://localhost:3000/callback";
const dana = { username: "dana", password: "dana-secret", roles: ["admin"] };

let printed = "";
beforeEach(() => {
  printed = "";
  vi.spyOn(console, "log").mockImplementation((line) => void (printed += `${String(line)}\n`));
});
afterEach(() => void vi.restoreAllMocks());

/** Runs the command line on any free port. */
async function run(...args: string[]) {
  const standIn = await runCli(["--port", "0", "--redirect-uri", redirectUri, ...args]);
  if (!standIn) throw new Error("did not start");
  onTestFinished(() => standIn.close());
  return standIn;
}

function tenantFile(tenant: unknown): string {
  const file = join(temporaryFolder(), "users.json");
  writeFileSync(file, JSON.stringify(tenant));
  return file;
}

describe("the command line", () => {
  it("prints issuer, client and people", async () => {
    const { issuer } = await run("--client-id", "mine", "--client-secret", "s3cret");

    expect(printed).toContain(`Issuer         ${issuer}\n`);
    expect(printed).toContain("Client id      mine\n");
    expect(printed).toContain("Client secret  s3cret\n");
    expect(printed).toContain("alice (admin), bob (editor), carol (viewer); password logto-dev\n");
  });

  it("registers the redirect URI, and its origin for signing out", async () => {
    const { issuer } = await run();
    const get = (path: string, parameters: Record<string, string>) =>
      fetch(`${issuer}${path}?${new URLSearchParams({ client_id: "local-app", ...parameters })}`, {
        redirect: "manual",
      });

    const auth = { redirect_uri: redirectUri, response_type: "code", scope: "openid" };
    expect((await get("/auth", { ...auth, prompt: "none" })).headers.get("location")).toContain(
      `${redirectUri}?error=login_required`,
    );
    const signOut = { post_logout_redirect_uri: "http://localhost:3000/" };
    expect((await get("/session/end", signOut)).status).toBe(200);
  });

  it("prints its options with --help, and starts nothing", async () => {
    expect(await runCli(["--help"])).toBeUndefined();
    expect(printed).toContain("--redirect-uri URI");
  });

  it.each([
    ["no redirect URI", [], "--redirect-uri is missing"],
    ["a redirect URI that is none", ["--redirect-uri", "x"], "--redirect-uri is not an http"],
    ["another protocol", ["--redirect-uri", "ftp://a/b"], "--redirect-uri is not an http"],
    ["a port that is no number", ["--port", "x"], "--port is not a number"],
    ["a port that does not exist", ["--port", "65536"], "--port is not a port"],
    ["an unknown option", ["--foo"], "Unknown option '--foo'"],
    ["an argument", ["foo"], "Unexpected argument 'foo'"],
  ])("reports %s", async (_case, args, message) => {
    await expect(runCli(args)).rejects.toThrow(message);
  });

  it("reports a port that is in use", async () => {
    const { port } = await run();

    await expect(run("--port", String(port))).rejects.toThrow(`Port ${port} is in use`);
  });
});

describe("--users", () => {
  it("replaces the people, who keep their subjects across restarts", async () => {
    const file = tenantFile({ users: [dana, { username: "eve" }] });
    const users = z.array(z.object({ id: z.string(), username: z.string() }));
    const read = async () => {
      const { endpoint } = await run("--users", file, "--control");
      return users.parse(await (await fetch(`${endpoint}/control/users`)).json());
    };

    const first = await read();

    expect(first.map(({ username }) => username)).toEqual(["dana", "eve"]);
    expect(first[0]?.id).toMatch(/^[a-z0-9]{12}$/);
    expect(await read()).toEqual(first);
    expect(printed).toContain("dana (admin); password dana-secret\n");
    expect(printed).toContain("eve; password logto-dev\n");
  });

  it.each([
    ["a misspelled member", { users: [{ ...dana, rolles: [] }] }, "rolles"],
    ["no people", { users: [] }, "users"],
    ["a username that occurs twice", { users: [dana, dana] }, "There are two users dana"],
    [
      "an organization that does not exist",
      { users: [{ ...dana, organizations: [{ id: "team", roles: [] }] }] },
      "There is no organization team",
    ],
    [
      "a permission that the API does not have",
      {
        users: [dana],
        apiResources: [{ indicator: "https://a.example", permissions: ["read"] }],
        roles: { admin: { "https://a.example": ["write"] } },
      },
      "https://a.example has no permission write",
    ],
    [
      "an API that does not exist",
      {
        users: [dana],
        organizationRoles: { owner: { apiPermissions: { "https://b.example": [] } } },
      },
      "There is no API resource https://b.example",
    ],
  ])("reports %s", async (_case, tenant, message) => {
    const file = tenantFile(tenant);

    await expect(run("--users", file)).rejects.toThrow(message);
  });

  it("reports a file that is missing or no JSON", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "text"), "dana");

    await expect(run("--users", join(folder, "none"))).rejects.toThrow("no such file");
    await expect(run("--users", join(folder, "text"))).rejects.toThrow("SyntaxError");
  });

  it("says that stored people come first", async () => {
    const data = temporaryFolder();
    const file = tenantFile({ users: [dana] });
    await (await run("--data", data)).close();

    await run("--data", data, "--users", file);

    expect(readdirSync(data)).toEqual(["logto.json"]);
    expect(printed).toContain(`Delete it to start with ${file}.`);
  });
});

it("startLogto rejects a tenant that is not valid, before it listens", async () => {
  await expect(startLogto({ port: 0, clients: [], tenant: { users: [] } })).rejects.toThrow(
    z.ZodError,
  );
});
