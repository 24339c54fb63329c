import { env } from "@/lib/env";
import type { LogtoClient } from "@/lib/logto/client";

/** This app as a client of Logto. */
export const logtoClient = (): LogtoClient => {
  const { AUTH_LOGTO_ISSUER, AUTH_LOGTO_ID, AUTH_LOGTO_SECRET } = env();
  return { issuer: AUTH_LOGTO_ISSUER, clientId: AUTH_LOGTO_ID, clientSecret: AUTH_LOGTO_SECRET };
};
