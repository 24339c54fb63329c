import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { diagnose, type Question } from "../../dev/doctor/diagnose";
import { checkBackchannelLogout } from "../../dev/doctor/address";
import { Doctor, type Finding, type Report } from "../../dev/doctor/findings";
import { checkRequest } from "../../dev/doctor/running-app";
import { checkDocument, checkScopes, faultOf } from "../../dev/doctor/tenant";
import type { Variables } from "../../dev/environment";
import { nextFreePort } from "../../dev/ports";
import { seedPassword } from "../../packages/logto-stand-in/src/seed";
import { Browser } from "../../packages/logto-stand-in/tests/contract/drivers/browser";
import { signInAtStandIn } from "../../packages/logto-stand-in/tests/contract/drivers/stand-in";
import { startLogto, type StandIn } from "../../packages/logto-stand-in/src/server";
import { appClient, appVariables } from "../../dev/stand-in";
import { parseEnv } from "@/lib/env";
import { finding, notOk, problem, warning } from "./findings";
import { startServer } from "./fixed-server";

const origin = "https://app.example.test";
const secret = randomBytes(32).toString("base64");
let identity: StandIn;

const publicClient = { ...appClient(origin), clientId: "public", clientSecret: undefined };
const machineClient = { ...appClient(origin), clientId: "machine", machineToMachine: true };

beforeAll(async () => {
  const clients = [appClient(origin), publicClient, machineClient];
  identity = await startLogto({ port: 0, control: true, clients });
});
afterAll(() => identity.close());
afterEach(async () => {
  await control("DELETE", "faults");
  await control("PATCH", "settings", { clockSkew: 0 });
});

async function control(method: string, path: string, body?: unknown) {
  const url = `${identity.endpoint}/control/${path}`;
  const { ok } = await fetch(url, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(ok).toBe(true);
}

/** A valid configuration with no optional variables. */
function healthy(changes: Variables = {}): Variables {
  const { AUTH_LOGTO_ID, AUTH_LOGTO_SECRET, AUTH_LOGTO_ISSUER } = appVariables(identity.issuer);
  const tenant = { AUTH_LOGTO_ID, AUTH_LOGTO_SECRET, AUTH_LOGTO_ISSUER };
  return { ...tenant, AUTH_SECRET: secret, AUTH_URL: origin, NODE_ENV: "production", ...changes };
}

/** The problems and warnings with these changes. Checks that each has a remedy. */
async function findingsFor(
  changes: Variables = {},
  question: Partial<Question> = {},
): Promise<Finding[]> {
  const findings = notOk(await diagnose({ values: healthy(changes), ...question }));
  for (const { remedy } of findings) expect(remedy).toMatch(/\w/);
  return findings;
}

/** The names and values that a check reports. */
function reported(run: (report: Report) => void): unknown[] {
  const reports: unknown[] = [];
  run((name, values) => reports.push(values ? [name, values] : name));
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
  const findings = await diagnose({ values: healthy(appVariables(identity.issuer)) });
  expect(notOk(findings)).toEqual([]);
  const checks = ["variables", "AUTH_SECRET", "AUTH_URL", "issuer", "client", "clock", "scopes"];
  const more = [
    // Of features, one a line.
    "database",
    "redirect URI",
    "resource",
    "post sign-out URI",
    "permissions",
  ];
  expect([...new Set(findings.map(({ check }) => check))].sort()).toEqual(
    [...checks, ...more].sort(),
  );
});

describe("the check of the variables", () => {
  it("lists each missing or invalid one, as the app does at its start, and no more", async () => {
    expect(await findingsFor({ AUTH_SECRET: "", AUTH_URL: "nowhere" })).toEqual([
      problem("variables", "AUTH_SECRET is missing"),
      problem("variables", "AUTH_URL is not an http(s) URL"),
    ]);
  });

  it("lists each invalid optional one", async () => {
    expect(
      await findingsFor({
        LOGTO_RESOURCES: "shopping",
        API_URL: "api",
        AUTH_COOKIE_DOMAIN: "com",
      }),
    ).toEqual([
      problem("variables", "AUTH_COOKIE_DOMAIN is not a domain"),
      problem("variables", "LOGTO_RESOURCES has an entry"),
      problem("variables", "API_URL is not an http(s) URL"),
    ]);
  });

  it.each([
    [
      "a secret from an example",
      { AUTH_SECRET: "please-change-me-please-change-me" },
      "looks like an example",
    ],
    [
      "a secret with few different characters",
      { AUTH_SECRET: "ab".repeat(32) },
      "looks like an example",
    ],
  ])("finds %s", async (_, changes, message) => {
    expect(await findingsFor(changes)).toEqual([problem("AUTH_SECRET", message)]);
  });

  it("finds a variable name that only other guides use", async () => {
    expect(await findingsFor({ LOGTO_APP_SECRET: "x" })).toEqual([
      warning("variables", "LOGTO_APP_SECRET is set, but nothing reads it"),
    ]);
  });

  it("finds the old variable name that Auth.js still reads", async () => {
    const changes = {
      AUTH_URL: "",
      AUTH_TRUST_HOST: "true",
      NEXTAUTH_URL: "http://localhost:3000",
    };
    expect(await findingsFor(changes)).toContainEqual(
      problem("variables", "NEXTAUTH_URL is an old name"),
    );
    expect(await findingsFor({ NEXTAUTH_URL: "x" })).toEqual([
      warning("variables", "nothing reads it"),
    ]);
  });

  it("uses the development URL, despite variables for a deployment", async () => {
    const changes = { AUTH_URL: "", AUTH_TRUST_HOST: "true", NODE_ENV: "development" };
    expect(await findingsFor(changes)).toContainEqual(
      problem("redirect URI", "http://localhost:3000/api/auth/callback/logto"),
    );
  });

  it.each([
    ["plain http", { AUTH_URL: "http://app.example.test" }, "AUTH_URL", "plain http"],
    ["a path", { AUTH_URL: `${origin}/app` }, "variables", "AUTH_URL has a path"],
    [
      "a public suffix as its cookie domain",
      { AUTH_URL: "https://app.vercel.app", AUTH_COOKIE_DOMAIN: "vercel.app" },
      "AUTH_COOKIE_DOMAIN",
      "browsers reject",
    ],
  ])("finds an AUTH_URL with %s", async (_, changes, check, message) => {
    expect(await findingsFor(changes)).toContainEqual(problem(check, message));
  });

  it.each([
    ["`npm run dev`", { NODE_ENV: "development" }, "`npm run dev` uses http://localhost:3000"],
    ["Vercel", { VERCEL: "1" }, "Vercel provides the address"],
  ])("says that %s sets the address", async (_, changes, message) => {
    const findings = await diagnose({ values: healthy({ AUTH_URL: "", ...changes }) });
    expect(findings).toContainEqual(finding("ok", "AUTH_URL", message));
  });

  it("warns about trusting proxy headers", async () => {
    expect(await findingsFor({ AUTH_URL: "", AUTH_TRUST_HOST: "true" })).toEqual([
      warning("AUTH_URL", "trusts X-Forwarded-Host"),
    ]);
  });

  it("finds an API without a resource, and one that does not respond", async () => {
    expect(await findingsFor({ API_URL: "http://localhost:9" })).toEqual([
      problem("API", "no API resource"),
    ]);
    const LOGTO_RESOURCES = "https://shopping.example.com/api";
    expect(await findingsFor({ API_URL: "http://localhost:9", LOGTO_RESOURCES })).toEqual([
      warning("API", "http://localhost:9 does not respond"),
    ]);
  });
});

describe("a missing tenant", () => {
  it("is a warning in development, and the other variables are checked", async () => {
    const findings = await diagnose({
      values: { NODE_ENV: "development", AUTH_SECRET: "a".repeat(32) },
    });
    expect(notOk(findings)).toEqual([
      warning("Logto", "`npm run dev` starts a local stand-in"),
      problem("AUTH_SECRET", "looks like an example"),
    ]);
  });

  it("is a problem in production", async () => {
    const nothing = { AUTH_LOGTO_ID: "", AUTH_LOGTO_SECRET: "", AUTH_LOGTO_ISSUER: "" };
    expect((await findingsFor(nothing)).map(({ status }) => status)).toEqual([
      "problem",
      "problem",
      "problem",
    ]);
  });
});

describe("the check of the issuer", () => {
  it.each(["status", "drop", "html", "truncated", "hang"])(
    "finds that it returns no discovery document, with the fault %s",
    async (kind) => {
      await control("POST", "faults", { endpoint: "discovery", when: "before", kind });
      expect(await findingsFor({}, { timeout: 0.3 })).toEqual([
        problem("issuer", "it can't be used: "),
      ]);
    },
  );

  it.each(["http://localhost:9/oidc", "http://no-such-host.invalid/oidc"])(
    "finds no server at %s",
    async (AUTH_LOGTO_ISSUER) => {
      expect(await findingsFor({ AUTH_LOGTO_ISSUER })).toEqual([problem("issuer", "fetch failed")]);
    },
  );

  it.each([
    ["fetch failed: UNABLE_TO_VERIFY_LEAF_SIGNATURE", "unknown CA"],
    ["fetch failed: DEPTH_ZERO_SELF_SIGNED_CERT", "unknown CA"],
    ["fetch failed: CERT_HAS_EXPIRED", "certificate"],
    ["fetch failed: ERR_TLS_CERT_ALTNAME_INVALID", "certificate"],
    ["fetch failed: ECONNREFUSED", "unusable"],
  ])("has a remedy for %s: %s", (message, remedy) => {
    expect(faultOf(message)).toBe(remedy);
  });

  it("finds a different issuer than the configured one, and names both", async () => {
    const AUTH_LOGTO_ISSUER = identity.issuer.replace("localhost", "127.0.0.1");
    const [mismatch, ...others] = await findingsFor({ AUTH_LOGTO_ISSUER });
    expect(mismatch).toEqual(
      problem("issuer", `(AUTH_LOGTO_ISSUER) names another issuer: ${identity.issuer}`),
    );
    expect(mismatch?.remedy).toContain("docs/deploying.md");
    expect(others).toEqual([]);
  });

  const document = (issuer: string) => ({
    issuer,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/me`,
    end_session_endpoint: `${issuer}/session/end`,
    revocation_endpoint: `${issuer}/token/revocation`,
    code_challenge_methods_supported: ["S256"],
    id_token_signing_alg_values_supported: ["ES384"],
  });

  it.each([
    [
      "a missing endpoint",
      { revocation_endpoint: undefined },
      ["endpoint", expect.objectContaining({ name: "revocation", place: "nowhere" })],
    ],
    [
      "another host",
      { token_endpoint: "https://x.example/" },
      ["endpoint", expect.objectContaining({ name: "token", place: "https://x.example" })],
    ],
    [
      "an http endpoint of an https issuer",
      { userinfo_endpoint: "http://tenant.example/oidc/me" },
      ["endpoint", expect.objectContaining({ place: "http://tenant.example" })],
    ],
    ["no PKCE", { code_challenge_methods_supported: undefined }, "no PKCE"],
    [
      "RSA signatures",
      { id_token_signing_alg_values_supported: ["RS256"] },
      ["algorithm", { algorithms: "RS256" }],
    ],
  ])("finds a discovery document with %s", (_, changes, expected) => {
    const changed = { ...document("https://tenant.example/oidc"), ...changes };
    expect(reported((report) => checkDocument(report, changed))).toEqual([expected]);
  });

  it("finds an issuer on plain http, unless it is on localhost", () => {
    const check = (issuer: string) => reported((report) => checkDocument(report, document(issuer)));
    expect(check("http://tenant.example/oidc")).toEqual(["plain http"]);
    expect(check("http://localhost:3001/oidc")).toEqual([]);
  });

  it.each([
    [30, warning("clock", "s behind the issuer's")],
    [-30, warning("clock", "s ahead of the issuer's")],
    [90, problem("clock", "s behind the issuer's")],
  ])("finds a clock that is off by %s s", async (clockSkew, expected) => {
    await control("PATCH", "settings", { clockSkew });
    expect(await findingsFor()).toEqual([expected]);
  });
});

describe("the check of the application", () => {
  it.each([
    ["the secret", { AUTH_LOGTO_SECRET: "wrong" }, "rejects AUTH_LOGTO_SECRET"],
    ["the id", { AUTH_LOGTO_ID: "unknown" }, "no application with the id in AUTH_LOGTO_ID"],
  ])("finds that %s is wrong", async (_, changes, message) => {
    expect(await findingsFor(changes)).toEqual([problem("client", message)]);
  });

  it.each([
    ["status", "no usable response (unexpected HTTP response status code: HTTP 500)"],
    ["html", "no usable response (unexpected response content-type: HTTP 200)"],
    ["drop", "no usable response (fetch failed"],
  ])("finds a token endpoint that fails, with the fault %s", async (kind, message) => {
    await control("POST", "faults", { endpoint: "token", when: "before", kind });
    expect(await findingsFor()).toEqual([problem("client", message)]);
  });

  it.each([
    ["a single-page or native", publicClient, "single-page or native app, which has no secret"],
    ["a machine-to-machine", machineClient, "machine-to-machine app"],
  ])("finds that it is %s application", async (_, { clientId }, message) => {
    const findings = await findingsFor({ AUTH_LOGTO_ID: clientId });
    expect(findings).toEqual([problem("client", message)]);
    expect(findings[0]?.remedy).toContain('of the type "Traditional web"');
  });

  it("finds URIs that are not registered, and names them", async () => {
    expect(await findingsFor({ AUTH_URL: "https://other.example.test/" })).toEqual([
      problem(
        "redirect URI",
        "https://other.example.test/api/auth/callback/logto is not registered",
      ),
      problem("post sign-out URI", "https://other.example.test/ is not registered"),
    ]);
  });

  it("finds each resource that the issuer does not know", async () => {
    const LOGTO_RESOURCES = "https://shopping.example.com/api https://unknown.example.com/api";
    expect(await findingsFor({ LOGTO_RESOURCES })).toEqual([
      problem("resource", "https://unknown.example.com/api (invalid_target)"),
    ]);
  });

  it.each(["hang", "drop"])(
    "says that it could not check the application, with the fault %s at /auth",
    async (kind) => {
      await control("POST", "faults", { endpoint: "authorization", when: "before", kind });
      expect(await findingsFor({}, { timeout: 2 })).toEqual([
        problem("redirect URI", "could not be checked"),
      ]);
    },
  );
});

describe("the check of the scopes", () => {
  const supported = ["openid", "offline_access", "profile", "urn:logto:scope:organizations"];
  const check = (LOGTO_SCOPES: string, LOGTO_RESOURCES = "") =>
    reported((report) => {
      checkScopes(report, parseEnv(healthy({ LOGTO_SCOPES, LOGTO_RESOURCES })), supported);
    });
  const api = "https://shopping.example.com/api";

  it("accepts unknown scopes as permissions if there is a resource", () => {
    expect(check("openid offline_access read", api)).toEqual([]);
    expect(check("openid offline_access read")).toEqual([["ignored", { scopes: "read" }]]);
  });

  it("finds a typo in a scope of Logto", () => {
    const expected = ["ignored", { scopes: "urn:logto:scope:organisations" }];
    expect(check("openid offline_access urn:logto:scope:organisations", api)).toEqual([expected]);
  });

  it("finds what keeps Logto from issuing a refresh token", () => {
    expect(check("openid profile")).toEqual(["no refresh token"]);
  });

  it("finds organization tokens without their scope", () => {
    const resources = "urn:logto:resource:organizations";
    expect(check("openid offline_access", resources)).toEqual(["organizations"]);
    expect(check("openid offline_access urn:logto:scope:organizations", resources)).toEqual([]);
  });
});

describe("the check of the permissions", () => {
  const resources = "https://shopping.example.com/api urn:logto:resource:organizations";
  const identityScopes = "openid offline_access urn:logto:scope:organizations";

  /** Runs the doctor with `--sign-in`, for an app on a free port. */
  async function signIn(permissions: string, browse: (url: URL, app: string) => Promise<void>) {
    const port = await nextFreePort(Math.floor(20_000 + Math.random() * 10_000));
    const app = `http://localhost:${port}`;
    const standIn = await startLogto({ port: 0, clients: [appClient(app)] });
    try {
      const values = healthy({
        AUTH_LOGTO_ISSUER: standIn.issuer,
        AUTH_URL: app,
        LOGTO_SCOPES: `${identityScopes} ${permissions}`,
        LOGTO_RESOURCES: resources,
      });
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
      const page = await fetch(back);
      expect(await page.text()).toContain("see the terminal");
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
    expect(findings).toEqual([problem("permissions", "the sign-in failed (")]);
    expect(findings[0]?.message).toContain(message);
  });

  it("needs a user, and says so without one", async () => {
    const changes = { LOGTO_SCOPES: `${identityScopes} raed`, LOGTO_RESOURCES: resources };
    const findings = await diagnose({ values: healthy(changes) });
    expect(notOk(findings)).toEqual([]);
    expect(findings).toContainEqual(finding("ok", "permissions", "raed: only a user's tokens"));
  });

  it("finds a misspelled one, in no token of a user who has the others", async () => {
    expect(await signInAs("alice", "read wrtie invite:member")).toEqual([
      warning("permissions", "wrtie: requested, but in no access token of the user"),
    ]);
  });

  it("finds those that the roles of the user do not have, and says that it can be that", async () => {
    const findings = await signInAs("carol", "read write invite:member");
    expect(findings).toEqual([warning("permissions", "write, invite:member: requested")]);
    expect(findings[0]?.remedy).toContain("no role of the user has the permission");
  });

  it("accepts permissions of an API and of an organization", async () => {
    expect(await signInAs("alice", "read write invite:member")).toEqual([
      finding("ok", "permissions", "the user's tokens have read, write, invite:member"),
    ]);
  });
});

describe("the check of back-channel logout", () => {
  const check = async (
    AUTH_URL: string,
    issuer = "https://auth.example.test/oidc",
    NODE_ENV = "production",
  ) => {
    const env = parseEnv(healthy({ AUTH_LOGTO_ISSUER: issuer, NODE_ENV }));
    const doctor = new Doctor();
    await doctor.look("back-channel logout", { origin: AUTH_URL }, (report) =>
      checkBackchannelLogout(report, env, AUTH_URL),
    );
    return doctor.findings;
  };
  const cloud = "https://abc123.logto.app/oidc";

  it.each([
    "http://localhost:3000",
    "http://app.localhost:3000",
    "http://127.0.0.1:3000",
    "http://10.1.2.3",
    "http://172.31.0.2:3000",
    "http://192.168.0.20:3000",
    "http://169.254.1.1",
    "http://[::1]:3000",
    "http://[fd12::3]:3000",
    "https://mac.local",
    "http://host.docker.internal:3000",
    "http://app:3000",
  ])("warns that a Logto that you host does not reach %s", async (origin) => {
    const [found, ...more] = await check(origin);
    expect(found).toEqual(warning("back-channel logout", `private address such as ${origin}`));
    expect(found?.remedy).toContain("SSRF_PROTECTION_DISABLED=true");
    expect(more).toEqual([]);
  });

  it.each(["https://app.example.test", "https://8.8.8.8", "https://[2001:4860:4860::8888]"])(
    "accepts %s",
    async (origin) => {
      expect(await check(origin)).toEqual([]);
      expect(await check(origin, cloud)).toEqual([]);
    },
  );

  it("says that Logto Cloud never reaches it, which is normal in development", async () => {
    const message = "Logto Cloud can't reach http://localhost:3000";
    expect(await check("http://localhost:3000", cloud)).toEqual([
      warning("back-channel logout", message),
    ]);
    expect(await check("http://localhost:3000", cloud, "development")).toEqual([
      finding("ok", "back-channel logout", message),
    ]);
  });

  it("is part of the doctor", async () => {
    const AUTH_URL = "http://localhost:3000";
    expect(await findingsFor({ AUTH_URL })).toContainEqual(
      warning("back-channel logout", "private address"),
    );
  });
});

describe("the check of the running app", () => {
  const app = async (url: string) =>
    (await findingsFor({}, { url })).filter(({ check }) => !/URI|back-channel/.test(check));

  it("finds no server", async () => {
    expect(await app("http://localhost:9")).toEqual([problem("running app", "does not respond")]);
  });

  it("finds another app, and an app that is not ready", async () => {
    const other = await startServer(200, "<h1>It works</h1>");
    const broken = await startServer(503, `{"csrfToken":"x"}`);
    try {
      expect(await app(other.url)).toEqual([
        problem("sign-in there", "does not respond as this app does"),
      ]);
      expect(await app(broken.url)).toEqual([
        problem("running app", "not ready"),
        problem("sign-in there", "not to Logto"),
      ]);
    } finally {
      await Promise.all([other.stop(), broken.stop()]);
    }
  });

  const request = (changes: Record<string, string> = {}) => {
    const { AUTH_LOGTO_ID, LOGTO_SCOPES } = parseEnv(healthy());
    const url = new URL(`${identity.issuer}/auth`);
    url.search = new URLSearchParams({
      client_id: AUTH_LOGTO_ID,
      redirect_uri: `${origin}/api/auth/callback/logto`,
      scope: LOGTO_SCOPES.join(" "),
      prompt: "consent",
      ...changes,
    }).toString();
    return reported((report) => checkRequest(report, url, origin, parseEnv(healthy())));
  };

  it("finds that it uses another address as its own", () => {
    expect(request()).toEqual([]);
    const redirect_uri = "http://10.0.0.7:3000/api/auth/callback/logto";
    const uri = `${origin}/api/auth/callback/logto`;
    expect(request({ redirect_uri })).toEqual([["other address", { place: redirect_uri, uri }]]);
  });

  it("finds that it requests no refresh token", () => {
    expect(request({ prompt: "login" })).toEqual(["no refresh token"]);
    expect(request({ prompt: "login consent" })).toEqual([]);
  });

  it("finds that it has different variables", () => {
    expect(request({ client_id: "another" })).toEqual([
      ["other variables", { names: "AUTH_LOGTO_ID" }],
    ]);
  });
});
