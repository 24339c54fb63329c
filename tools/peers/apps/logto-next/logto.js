/*
 * After the guide https://docs.logto.io/quick-starts/next-app-router. Not as there: signing in
 * starts at a route handler in place of a server action, and the callback has the path that is
 * registered for all apps.
 */

export const logtoConfig = {
  appId: process.env.AUTH_LOGTO_ID,
  appSecret: process.env.AUTH_LOGTO_SECRET,
  endpoint: process.env.AUTH_LOGTO_ISSUER?.replace(/\/oidc$/, ""),
  baseUrl: process.env.AUTH_URL,
  cookieSecret: process.env.AUTH_SECRET,
  cookieSecure: false,
  scopes: ["email"],
};

export const callback = `${logtoConfig.baseUrl}/api/auth/callback/logto`;
