/** The variables of an app without a database. mock-env.ts makes them those of lib/env.ts. */
export const variables = {
  NODE_ENV: "production",
  AUTH_URL: "https://app.example",
  AUTH_SECRET: ["s".repeat(40)],
  AUTH_ALLOWED_EMAILS: new Array<string>(),
  AUTH_SESSION_STRATEGY: "jwt",
  DATABASE_URL: "",
  AUTH_LOGTO_ISSUER: "https://logto.test/oidc",
  AUTH_LOGTO_ID: "app",
  AUTH_LOGTO_SECRET: "secret",
  LOGTO_M2M_ID: "machine",
  LOGTO_M2M_SECRET: "machine-secret",
  LOGTO_INVITATION_ROLES: ["role"],
  LOGTO_SCOPES: ["openid"],
  LOGTO_RESOURCES: ["https://shopping.example.com/api", "https://store.example.com/api"],
};

/** Replaces `env` of lib/env.ts. */
export const env = () => variables;

/** Replaces `isHttps` of lib/env.ts. */
export const isHttps = () => false;

/** Replaces `usesRowStore` of lib/env.ts. */
export const usesRowStore = () => variables.AUTH_SESSION_STRATEGY === "database";
