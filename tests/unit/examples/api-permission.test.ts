import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { apiResources } from "../../../packages/logto-stand-in/src/seed";

const [shopping = "", store = ""] = apiResources.map(({ indicator }) => indicator);
const identityScopes = "openid offline_access profile email roles";

beforeEach(() => vi.resetModules());
afterEach(() => vi.unstubAllEnvs());

/** The permission that the examples require with these variables. */
async function permissionWith(variables: Record<string, string>) {
  const given = {
    AUTH_URL: "https://app.example",
    AUTH_SECRET: "s".repeat(44),
    AUTH_LOGTO_ISSUER: "https://logto.test/oidc",
    AUTH_LOGTO_ID: "app",
    AUTH_LOGTO_SECRET: "secret",
    API_RESOURCE: "",
    LOGTO_RESOURCES: `${shopping} ${store}`,
    LOGTO_SCOPES: `${identityScopes} read write`,
    ...variables,
  };
  for (const [name, value] of Object.entries(given)) vi.stubEnv(name, value);
  const { apiPermission } = await import("@/components/examples/api-permission");
  return apiPermission();
}

test.each([
  ["several APIs: the first, and `write`", {}, { resource: shopping, scope: "write" }],
  [
    "one API, whose permissions have other names",
    { LOGTO_RESOURCES: store, LOGTO_SCOPES: `${identityScopes} delete read` },
    { resource: store, scope: "delete" },
  ],
  ["API_RESOURCE naming one", { API_RESOURCE: store }, { resource: store, scope: "write" }],
])("the examples use the configured API: %s", async (_, variables, expected) => {
  expect(await permissionWith(variables)).toEqual(expected);
});

test.each([
  ["no API resource", { LOGTO_RESOURCES: "" }],
  ["organization tokens alone", { LOGTO_RESOURCES: "urn:logto:resource:organizations" }],
  ["an API without permissions", { LOGTO_SCOPES: identityScopes }],
])("with %s configured, the examples report that no API is configured", async (_, variables) => {
  await expect(permissionWith(variables)).rejects.toMatchObject({ code: "api_not_configured" });
});
