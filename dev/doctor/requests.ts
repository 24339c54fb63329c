import * as oidc from "openid-client";
import type { Env } from "../../lib/env";
import type { LogtoClient } from "../../lib/logto/client";
import { registered } from "./address";

/** A configuration with an address, at an issuer that responds. */
export interface Tenant {
  env: Env;
  /** The origin of the app. */
  origin: string;
  client: LogtoClient;
  configuration: oidc.Configuration;
  /** The requested permissions. */
  permissions: string[];
}

/** An authorization request of the app. */
export const authorizationUrl = (tenant: Tenant, parameters: Record<string, string>): URL =>
  oidc.buildAuthorizationUrl(tenant.configuration, {
    redirect_uri: registered(tenant.origin)["Redirect URIs"],
    scope: tenant.env.LOGTO_SCOPES.join(" "),
    code_challenge_method: "S256",
    ...parameters,
  });
