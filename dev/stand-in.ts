import { site } from "../components/layout/site";
import { apiResources, organizationRoles } from "../packages/logto-stand-in/src/seed";
import { machineVariables } from "./machine-client";
import type { StandInClient } from "../packages/logto-stand-in/src/server";

const identityScopes =
  "openid offline_access profile email phone address roles custom_data identities " +
  "urn:logto:scope:organizations urn:logto:scope:organization_roles";

/** The app's credentials at the stand-in. The secret protects nothing else. */
export const devClient = {
  clientId: "starter-dev",
  clientSecret: "starter-dev-secret-not-for-production",
  name: site.name,
};

/**
 * The app's registration as a client of the stand-in.
 *
 * @param appUrl the app's origin
 */
export function appClient(appUrl: string): StandInClient {
  return {
    ...devClient,
    redirectUris: [`${appUrl}/api/auth/callback/logto`],
    postLogoutRedirectUris: [`${appUrl}/`],
    backchannelLogoutUri: `${appUrl}/api/auth/backchannel-logout`,
    backchannelLogoutSessionRequired: true,
  };
}

/**
 * The app's webhook at the stand-in.
 *
 * @param appUrl the app's origin
 * @param signingKey the value of LOGTO_WEBHOOK_KEY, if it is set
 */
export function appWebhook(appUrl: string, signingKey = "starter-dev-webhook-key") {
  return { url: `${appUrl}/api/logto/webhook`, signingKey };
}

/**
 * The variables that make the app use the stand-in in place of a Logto tenant. They request every
 * scope, permission and API resource that it has, so that the pages have something to show.
 *
 * @param issuer of the stand-in
 */
export function appVariables(issuer: string): Record<string, string> {
  const permissions = [
    ...apiResources.flatMap((resource) => resource.permissions),
    ...Object.values(organizationRoles).flatMap((role) => role.permissions),
  ];
  return {
    AUTH_LOGTO_ID: devClient.clientId,
    AUTH_LOGTO_SECRET: devClient.clientSecret,
    AUTH_LOGTO_ISSUER: issuer,
    LOGTO_SCOPES: [identityScopes, ...new Set(permissions)].join(" "),
    ...machineVariables,
    LOGTO_RESOURCES: [
      ...apiResources.map(({ indicator }) => indicator),
      "urn:logto:resource:organizations",
    ].join(" "),
    LOGTO_SOCIAL: "google:Google, github:GitHub",
  };
}
