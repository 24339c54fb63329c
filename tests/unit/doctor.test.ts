import { readdirSync, readFileSync } from "node:fs";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { diagnose, type Question } from "../../dev/doctor/diagnose";
import { checkBackchannelLogout } from "../../dev/doctor/address";
import type { Report } from "../../dev/doctor/findings";
import { checkRequest } from "../../dev/doctor/running-app";
import { checkDocument, checkScopes, faultOf } from "../../dev/doctor/tenant";
import { nextFreePort } from "../../dev/ports";
import { apiResources, seedPassword } from "../../packages/logto-stand-in/src/seed";
import { Browser } from "../../packages/logto-stand-in/tests/contract/drivers/browser";
import { signInAtStandIn } from "../../packages/logto-stand-in/tests/contract/drivers/stand-in";
import { startLogto } from "../../packages/logto-stand-in/src/server";
import { controlOf } from "../../packages/logto-stand-in/src/testing";
import { appClient, appVariables } from "../../dev/stand-in";
import { parseEnv } from "@/lib/env";
import { fetchMetadata } from "@/lib/logto/client";
import { healthy, labels, notOk, origin } from "./doctor";
import { startServer } from "./fixed-server";

const client = appClient(origin);
const publicClient = { ...client, clientId: "public", clientSecret: undefined };
const machineClient = { ...client, clientId: "machine", machineToMachine: true };
const clients = [client, publicClient, machineClient];
const identity = await startLogto({ port: 0, control: true, clients });
const control = controlOf(identity.endpoint);

afterAll(() => identity.close());
afterEach(async () => {
  await control.clearFaults();
  await control.change({ clockSkew: 0 });
});

const [{ indicator: api } = { indicator: "" }] = apiResources;
const organizations = "urn:logto:resource:organizations";

const configuration = (changes?: Record<string, string>) => ({
  NODE_ENV: "production",
  ...healthy(identity.issuer, changes),
});
const envOf = (changes?: Record<string, string>) => parseEnv(configuration(changes));
const findingsFor = (changes?: Record<string, string>, question?: Partial<Question>) =>
  notOk({ values: configuration(changes), ...question });

/** The names and values that a check reports, such as "algorithm RS256". */
async function reported(run: (report: Report) => Promise<void> | void): Promise<string[]> {
  const reports: string[] = [];
  await run((name, values = {}) => reports.push([name, ...Object.values(values)].join(" ")));
  return reports;
}

it("names in its code exactly the findings of findings.md", () => {
  const folder = new URL("../../dev/", import.meta.url);
  const read = (file: string) => readFileSync(new URL(file, folder), "utf8");
  const code = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map(read)
    .join("\n");
  const named = [...read("doctor/findings.md").matchAll(/^- \*\*(.+?)\*\* \(/gm)];
  // A code of PostgreSQL has five characters.
  const names = named.map(([, name = ""]) => name).filter((name) => !/^\w{5}$/.test(name));
  expect(names.filter((name) => !code.includes(`"${name}"`))).toEqual([]);
});

it("finds no problem in a valid configuration, and lists its checks", async () => {
  const findings = await diagnose({ values: configuration(appVariables(identity.issuer)) });
  expect(findings.filter(({ status }) => status !== "ok")).toEqual([]);
  const checks = ["variables", "AUTH_SECRET", "AUTH_URL", "issuer", "client", "clock", "scopes"];
  const more = ["redirect URI", "resource", "post sign-out URI", "permissions"];
  const ofFeatures: string[] = [
    // One a line.
    "database",
  ];
  expect([...new Set(findings.map(({ check }) => check))].sort()).toEqual(
    [...checks, ...more, ...ofFeatures].sort(),
  );
});

it("lists each missing or invalid variable, as the app does at its start, and no more", async () => {
  const findings = await findingsFor({ AUTH_SECRET: "", AUTH_URL: "nowhere" });
  expect(findings.map(({ message }) => message)).toEqual([
    "AUTH_SECRET is missing",
    "AUTH_URL is not an http(s) URL",
  ]);
});

const unregistered = ["✗ redirect URI: not registered", "✗ post sign-out URI: not registered"];
const suffix = "up.railway.app";

it.each([
  [{ AUTH_SECRET: "please-change-me-please-change-me" }, "✗ AUTH_SECRET: example"],
  [{ AUTH_SECRET: "ab".repeat(32) }, "✗ AUTH_SECRET: example"],
  [{ LOGTO_APP_SECRET: "x" }, "! variables: unknown"],
  [{ NEXTAUTH_URL: "x" }, "! variables: unknown"],
  [{ AUTH_URL: "", AUTH_TRUST_HOST: "true" }, "! AUTH_URL: proxy headers"],
  [{ AUTH_URL: "http://app.example.test" }, "✗ AUTH_URL: plain http", ...unregistered],
  [{ AUTH_URL: "http://localhost:3000" }, ...unregistered, "! back-channel logout: self-hosted"],
  [
    { AUTH_URL: `https://app.${suffix}`, AUTH_COOKIE_DOMAIN: suffix },
    "✗ AUTH_COOKIE_DOMAIN: public suffix",
    ...unregistered,
  ],
  [{ AUTH_LOGTO_ISSUER: "http://localhost:9/oidc" }, "✗ issuer: unusable"],
  [{ AUTH_LOGTO_ISSUER: "http://no-such-host.invalid/oidc" }, "✗ issuer: unusable"],
  [{ AUTH_LOGTO_SECRET: "wrong" }, "✗ client: wrong secret"],
  [{ AUTH_LOGTO_ID: "unknown" }, "✗ client: unknown"],
  [{ AUTH_LOGTO_ID: "public" }, "✗ client: public"],
  [{ AUTH_LOGTO_ID: "machine" }, "✗ client: machine"],
  [{ LOGTO_RESOURCES: `${api} https://unknown.example.com/api` }, "✗ resource: unknown"],
  [{ API_URL: "http://localhost:9" }, "✗ API: no resource"],
  [{ API_URL: "http://localhost:9", LOGTO_RESOURCES: api }, "! API: silent"],
])("finds what is wrong with %j", async (changes, ...expected) => {
  expect(labels(await findingsFor({ ...changes }))).toEqual(expected);
});

it.each([
  ["discovery", "html", "✗ issuer: unusable"],
  ["discovery", "hang", "✗ issuer: unusable"],
  ["token", "status", "✗ client: unusable"],
  ["token", "drop", "✗ client: unusable"],
  ["authorization", "drop", "✗ redirect URI: error"],
  ["authorization", "hang", "✗ redirect URI: error"],
] as const)("says that it could not check the %s endpoint if it fails (%s)", async (...row) => {
  const [endpoint, kind, expected] = row;
  await control.inject({ endpoint, when: "before", kind });
  expect(labels(await findingsFor({}, { timeout: 1 }))).toEqual([expected]);
});

it("names the addresses that are not registered, or that the issuer has", async () => {
  const uri = "https://other.example.test/api/auth/callback/logto";
  const [redirect] = await findingsFor({ AUTH_URL: "https://other.example.test/" });
  expect(redirect?.message).toContain(`${uri} is not registered`);
  const AUTH_LOGTO_ISSUER = identity.issuer.replace("localhost", "127.0.0.1");
  const [mismatch, ...others] = await findingsFor({ AUTH_LOGTO_ISSUER });
  expect(mismatch?.message).toContain(`names another issuer: ${identity.issuer}`);
  expect(mismatch?.remedy).toContain("docs/deploying.md");
  expect(others).toEqual([]);
});

it.each([
  [{ NODE_ENV: "development", AUTH_TRUST_HOST: "true" }, "development", "http://localhost:3000"],
  [{ VERCEL: "1" }, "on Vercel", "not set"],
])("says what sets the address with %j", async (changes, name, message) => {
  const values = configuration({ AUTH_URL: "", ...changes });
  const check = (await diagnose({ values })).find((each) => each.check === "AUTH_URL");
  expect(check).toMatchObject({ name, status: "ok", message: expect.stringContaining(message) });
});

it("takes a missing tenant as a warning in development, and as a problem in production", async () => {
  const values = { NODE_ENV: "development", AUTH_SECRET: "a".repeat(32) };
  expect(labels(await notOk({ values }))).toEqual(["! Logto: no tenant", "✗ AUTH_SECRET: example"]);
  const nothing = { AUTH_LOGTO_ID: "", AUTH_LOGTO_SECRET: "", AUTH_LOGTO_ISSUER: "" };
  expect(labels(await findingsFor(nothing))).toEqual(Array(3).fill("✗ variables: wrong"));
});

it.each([
  [30, "! clock: off", "s behind the issuer's"],
  [-30, "! clock: off", "s ahead of the issuer's"],
  [90, "✗ clock: far off", "s behind the issuer's"],
])("finds a clock that is off by %s s", async (clockSkew, label, message) => {
  await control.change({ clockSkew });
  const findings = await findingsFor();
  expect(labels(findings)).toEqual([label]);
  expect(findings[0]?.message).toContain(message);
});

describe("the check of the issuer", () => {
  it.each([
    ["fetch failed: UNABLE_TO_VERIFY_LEAF_SIGNATURE", "unknown CA"],
    ["fetch failed: DEPTH_ZERO_SELF_SIGNED_CERT", "unknown CA"],
    ["fetch failed: CERT_HAS_EXPIRED", "certificate"],
    ["fetch failed: ERR_TLS_CERT_ALTNAME_INVALID", "certificate"],
  ])("has a remedy for %s: %s", (message, remedy) => {
    expect(faultOf(message)).toBe(remedy);
  });

  const secure = identity.endpoint.replace("http:", "https:");

  it.each([
    [{}, []],
    [{ revocation_endpoint: undefined }, [`endpoint revocation nowhere ${identity.endpoint}`]],
    [
      { token_endpoint: "https://x.example/" },
      [`endpoint token https://x.example ${identity.endpoint}`],
    ],
    [{ userinfo_endpoint: secure }, [`endpoint userinfo ${secure} ${identity.endpoint}`]],
    [{ code_challenge_methods_supported: undefined }, ["no PKCE"]],
    [{ id_token_signing_alg_values_supported: ["RS256"] }, ["algorithm RS256"]],
    [{ issuer: "http://tenant.example/oidc" }, expect.arrayContaining(["plain http"])],
  ])("finds what is wrong with its document: %j", async (changes, expected) => {
    const { issuer } = identity;
    const metadata = await fetchMetadata({ issuer, clientId: "app", clientSecret: "secret" });
    const changed = { ...metadata, ...changes };
    expect(await reported((report) => checkDocument(report, changed))).toEqual(expected);
  });
});

it.each([
  ["openid offline_access read", api, []],
  ["openid offline_access read", "", ["ignored read"]],
  ["openid offline_access urn:logto:scope:typo", api, ["ignored urn:logto:scope:typo"]],
  ["openid profile", "", ["no refresh token"]],
  ["openid offline_access", organizations, ["organizations"]],
  ["openid offline_access urn:logto:scope:organizations", organizations, []],
])("checks the scopes %j for the resource %j", async (LOGTO_SCOPES, LOGTO_RESOURCES, expected) => {
  const supported = ["openid", "offline_access", "profile", "urn:logto:scope:organizations"];
  const env = envOf({ LOGTO_SCOPES, LOGTO_RESOURCES });
  expect(await reported((report) => checkScopes(report, env, supported))).toEqual(expected);
});

describe("the check of the permissions", () => {
  const scopes = "openid offline_access urn:logto:scope:organizations";
  const requesting = (permissions: string) => ({
    LOGTO_SCOPES: `${scopes} ${permissions}`,
    LOGTO_RESOURCES: `${api} ${organizations}`,
  });

  /** Runs the doctor with `--sign-in`, for an app on a free port. */
  async function signIn(permissions: string, browse: (url: URL, app: string) => Promise<void>) {
    const port = await nextFreePort(Math.floor(20_000 + Math.random() * 10_000));
    const app = `http://localhost:${port}`;
    const standIn = await startLogto({ port: 0, clients: [appClient(app)] });
    try {
      const values = healthy(standIn.issuer, { AUTH_URL: app, ...requesting(permissions) });
      let browsing: Promise<void> | undefined;
      const signInAt = (url: URL) => void (browsing = browse(url, app));
      const findings = await diagnose({ values, signInAt });
      await browsing;
      return findings.filter(({ check }) => check === "permissions");
    } finally {
      await standIn.close();
    }
  }

  /** The same, and signs in as a user of the stand-in. */
  const signInAs = (username: string, permissions: string) =>
    signIn(permissions, async (url, app) => {
      const redirectUri = `${app}/api/auth/callback/logto`;
      const browser = new Browser();
      const { url: at, response } = await browser.follow(url, redirectUri);
      if (!response) throw new Error("no sign-in page");
      const user = { username, password: seedPassword };
      const back = await signInAtStandIn(browser, { url: at, response }, user, redirectUri);
      expect((await fetch(new URL("/favicon.ico", app))).status).toBe(404);
      expect(await (await fetch(back)).text()).toContain("see the terminal");
    });

  it.each([
    ["that the user cancels", { error: "access_denied" }, "access_denied"],
    ["with a code that Logto rejects", { code: "x" }, "invalid_grant"],
    ["of another request", { code: "x", state: "another" }, "invalid response"],
  ])("finds a sign-in %s", async (_, parameters, message) => {
    const findings = await signIn("read", async (url, app) => {
      const back = new URL("/api/auth/callback/logto", app);
      const state = url.searchParams.get("state") ?? "";
      const given = { state, iss: `${url.origin}/oidc`, ...parameters };
      back.search = new URLSearchParams(given).toString();
      await fetch(back);
    });
    expect(labels(findings)).toEqual(["✗ permissions: not signed in"]);
    expect(findings[0]?.message).toContain(message);
  });

  it("needs a user, and says so without one", async () => {
    const findings = await diagnose({ values: configuration(requesting("raed")) });
    expect(labels(findings)).toContain("✓ permissions: not checked");
  });

  it.each([
    ["alice", "read wrtie invite:member", "! permissions: missing", "wrtie: requested"],
    ["carol", "read write invite:member", "! permissions: missing", "write, invite:member: requ"],
    ["alice", "read write invite:member", "✓ permissions: ok", "have read, write, invite:member"],
  ])("compares the tokens of %s with %s", async (user, permissions, label, message) => {
    const findings = await signInAs(user, permissions);
    expect(labels(findings)).toEqual([label]);
    expect(findings[0]?.message).toContain(message);
  });
});

describe("the check of back-channel logout", () => {
  const hosted = "https://auth.example.test/oidc";
  const cloud = "https://abc123.logto.app/oidc";

  it.each([
    ["http://localhost:3000", hosted, "production", ["self-hosted"]],
    ["http://192.168.0.20:3000", hosted, "production", ["self-hosted"]],
    ["http://[fd12::3]:3000", hosted, "production", ["self-hosted"]],
    ["https://mac.local", hosted, "production", ["self-hosted"]],
    ["http://host.docker.internal:3000", hosted, "production", ["self-hosted"]],
    ["http://app:3000", hosted, "production", ["self-hosted"]],
    ["http://localhost:3000", cloud, "production", ["cloud"]],
    ["http://localhost:3000", cloud, "development", ["development"]],
    ["https://app.example.test", hosted, "production", []],
    ["https://[2001:4860:4860::8888]", cloud, "production", []],
  ])("knows whether %s is reached from %s in %s", async (app, issuer, NODE_ENV, expected) => {
    const env = envOf({ AUTH_LOGTO_ISSUER: issuer, NODE_ENV });
    const reports = await reported((report) => checkBackchannelLogout(report, env, app));
    expect(reports).toEqual(expected);
  });
});

describe("the check of the running app", () => {
  const app = async (url: string) =>
    labels(await findingsFor({}, { url })).filter((label) => !/URI|back-channel/.test(label));

  it("finds no server, another app, and an app that is not ready", async () => {
    expect(await app("http://localhost:9")).toEqual(["✗ running app: silent"]);
    const other = await startServer(200, "<h1>It works</h1>");
    expect(await app(other.url)).toEqual(["✗ sign-in there: other app"]);
    const broken = await startServer(503, `{"csrfToken":"x"}`);
    expect(await app(broken.url)).toEqual([
      "✗ running app: not ready",
      "✗ sign-in there: elsewhere",
    ]);
  });

  const uri = `${origin}/api/auth/callback/logto`;
  const elsewhere = "http://10.0.0.7:3000/api/auth/callback/logto";

  it.each([
    [{}, []],
    [{ redirect_uri: elsewhere }, [`other address ${elsewhere} ${uri}`]],
    [{ prompt: "login" }, ["no refresh token"]],
    [{ prompt: "login consent" }, []],
    [{ client_id: "another" }, ["other variables AUTH_LOGTO_ID"]],
  ])("compares its request with the configuration: %j", async (changes, expected) => {
    const env = envOf();
    const url = new URL(`${identity.issuer}/auth`);
    url.search = new URLSearchParams({
      client_id: env.AUTH_LOGTO_ID,
      redirect_uri: uri,
      scope: env.LOGTO_SCOPES.join(" "),
      prompt: "consent",
      ...changes,
    }).toString();
    expect(await reported((report) => checkRequest(report, url, origin, env))).toEqual(expected);
  });
});
