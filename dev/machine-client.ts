import { managementResource } from "../packages/logto-stand-in/src/resources";
import type { StandInClient } from "../packages/logto-stand-in/src/server";

/** The app's machine-to-machine application at the stand-in, for its Management API. */
export const machineClient = {
  clientId: "starter-dev-m2m",
  clientSecret: "starter-dev-m2m-secret-not-for-production",
  redirectUris: [],
  postLogoutRedirectUris: [],
  machineToMachine: true,
} satisfies StandInClient;

/** The variables with which the app invites users at the stand-in. */
export const machineVariables = {
  LOGTO_M2M_ID: machineClient.clientId,
  LOGTO_M2M_SECRET: machineClient.clientSecret,
  LOGTO_M2M_RESOURCE: managementResource,
  LOGTO_INVITATION_ROLES: "member",
};
