import { env } from "@/lib/env";
import type { LogtoClient } from "@/lib/logto/client";

/** The issuer and the credentials of this app, from the environment. */
export const logtoClient = (): LogtoClient => {
  const { AUTH_LOGTO_ISSUER, AUTH_LOGTO_ID, AUTH_LOGTO_SECRET } = env();
  return { issuer: AUTH_LOGTO_ISSUER, clientId: AUTH_LOGTO_ID, clientSecret: AUTH_LOGTO_SECRET };
};
