import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { diagnose, type Question } from "../../dev/doctor/diagnose";
import { checkDocument, remedyOf } from "../../dev/doctor/issuer";
import { compareRequest } from "../../dev/doctor/running-app";
import { checkScopes } from "../../dev/doctor/variables";
import type { Finding } from "../../dev/doctor/finding";
import type { Variables } from "../../dev/environment";
import { closeServer, listen } from "../../packages/logto-stand-in/src/listen";
import { startLogto, type StandIn } from "../../packages/logto-stand-in/src/server";
import { appClient, appVariables } from "../../dev/stand-in";
import { parseEnv } from "@/lib/env";
import { notOk, problem, warning } from "./findings";

const origin = "https://app.example.test";
const secret = randomBytes(32).toString("base64");
let identity: StandIn;

beforeAll(async () => {
  identity = await startLogto({ port: 0, control: true, clients: [appClient(origin)] });
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

it("finds no problem in a valid configuration, and lists its checks", async () => {
  const findings = await diagnose({ values: healthy(appVariables(identity.issuer)) });
  expect(notOk(findings)).toEqual([]);
  const checks = [
    "variables",
    "AUTH_SECRET",
    "AUTH_URL",
    "issuer",
    "client",
    "clock",
    "refresh token",
  ];
  const more = [
    // Of features, one a line.
    "database",
    "redirect URI",
    "resource",
    "post sign-out URI",
  ];
  expect([...new Set(findings.map(({ check }) => check))].sort()).toEqual(
    [...checks, ...more].sort(),
  );
});

describe("the check of the variables", () => {
  it("lists each missing or invalid one, and still checks the valid ones", async () => {
    expect(await findingsFor({ AUTH_SECRET: "", AUTH_URL: "nowhere" })).toEqual([
      problem("variables", "AUTH_SECRET is missing"),
      problem("variables", "AUTH_URL is not an http(s) URL"),
    ]);
  });

  it("treats an invalid optional variable as unset", async () => {
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
        problem("issuer", "returns no discovery document"),
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
    ["fetch failed: UNABLE_TO_VERIFY_LEAF_SIGNATURE", "NODE_EXTRA_CA_CERTS"],
    ["fetch failed: DEPTH_ZERO_SELF_SIGNED_CERT", "NODE_EXTRA_CA_CERTS"],
    ["fetch failed: CERT_HAS_EXPIRED", "renew it"],
    ["fetch failed: ERR_TLS_CERT_ALTNAME_INVALID", "renew it"],
    ["fetch failed: ECONNREFUSED", "AUTH_LOGTO_ISSUER"],
  ])("has a remedy for %s", (message, remedy) => {
    expect(remedyOf(message)).toContain(remedy);
  });

  it("finds a different issuer than the configured one, and names both", async () => {
    const AUTH_LOGTO_ISSUER = identity.issuer.replace("localhost", "127.0.0.1");
    const [mismatch, ...others] = await findingsFor({ AUTH_LOGTO_ISSUER });
    expect(mismatch).toEqual(
      problem("issuer", `${AUTH_LOGTO_ISSUER} calls itself ${identity.issuer}`),
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
      problem("issuer", "revocation endpoint is at nowhere"),
    ],
    [
      "another host",
      { token_endpoint: "https://x.example/" },
      problem("issuer", "token endpoint is at https://x.example"),
    ],
    [
      "an http endpoint of an https issuer",
      { userinfo_endpoint: "http://tenant.example/oidc/me" },
      problem("issuer", "at http://tenant"),
    ],
    ["no PKCE", { code_challenge_methods_supported: undefined }, problem("issuer", "PKCE")],
    [
      "RSA signatures",
      { id_token_signing_alg_values_supported: ["RS256"] },
      warning("issuer", "signs with RS256"),
    ],
  ])("finds a discovery document with %s", (_, changes, expected) => {
    const changed = { ...document("https://tenant.example/oidc"), ...changes };
    expect(checkDocument(changed)).toEqual([expected]);
  });

  it("finds an issuer on plain http, unless it is on localhost", () => {
    expect(checkDocument(document("http://tenant.example/oidc"))).toEqual([
      problem("issuer", "plain http"),
    ]);
    expect(checkDocument(document("http://localhost:3001/oidc"))).toEqual([]);
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

  it.each(["status", "html", "drop"])(
    "finds a token endpoint that fails, with the fault %s",
    async (kind) => {
      await control("POST", "faults", { endpoint: "token", when: "before", kind });
      expect(await findingsFor()).toEqual([problem("client", "no usable response")]);
    },
  );

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
        problem("application", "could not be checked"),
      ]);
    },
  );
});

describe("the check of the scopes", () => {
  const supported = ["openid", "offline_access", "profile", "urn:logto:scope:organizations"];
  const source = `params: { scope: LOGTO_SCOPES.join(" "), prompt: "login consent" }`;
  const check = (LOGTO_SCOPES: string, LOGTO_RESOURCES = "", authSource = source) =>
    notOk(checkScopes(parseEnv(healthy({ LOGTO_SCOPES, LOGTO_RESOURCES })), authSource, supported));
  const api = "https://shopping.example.com/api";

  it("accepts unknown scopes as permissions if there is a resource", () => {
    expect(check("openid offline_access read", api)).toEqual([]);
    expect(check("openid offline_access read")).toEqual([warning("scopes", "ignores read")]);
  });

  it("finds a typo in a scope of Logto", () => {
    const expected = warning("scopes", "ignores urn:logto:scope:organisations");
    expect(check("openid offline_access urn:logto:scope:organisations", api)).toEqual([expected]);
  });

  it("finds what keeps Logto from issuing a refresh token", () => {
    expect(check("openid profile")).toEqual([problem("refresh token", "without offline_access")]);
    expect(check("openid offline_access", "", `prompt: "login"`)).toEqual([
      problem("refresh token", "without prompt=consent"),
    ]);
  });

  it("finds organization tokens without their scope", () => {
    const resources = "urn:logto:resource:organizations";
    expect(check("openid offline_access", resources)).toEqual([
      problem("scopes", "organization tokens"),
    ]);
    expect(check("openid offline_access urn:logto:scope:organizations", resources)).toEqual([]);
  });
});

describe("the check of the running app", () => {
  /** Starts a server that returns the same response for every path. */
  async function startServer(status: number, body: string) {
    const { port, servers } = await listen(
      0,
      (_request, response) => void response.writeHead(status).end(body),
    );
    return { url: `http://localhost:${port}`, stop: () => Promise.all(servers.map(closeServer)) };
  }
  const app = async (url: string) =>
    (await findingsFor({}, { url })).filter(({ check }) => !check.endsWith("URI"));

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
    return compareRequest(url, origin, parseEnv(healthy()));
  };

  it("finds that it uses another address as its own", () => {
    expect(notOk(request())).toEqual([]);
    const redirect_uri = "http://10.0.0.7:3000/api/auth/callback/logto";
    expect(request({ redirect_uri })).toEqual([
      problem("sign-in there", `returns to ${redirect_uri}`),
    ]);
  });

  it("finds that it requests no refresh token", () => {
    expect(request({ prompt: "login" })).toEqual([problem("sign-in there", "no refresh token")]);
  });

  it("finds that it has different variables", () => {
    expect(request({ client_id: "another" })).toEqual([
      warning("sign-in there", "different values of AUTH_LOGTO_ID"),
    ]);
  });
});
