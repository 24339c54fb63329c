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
}

/** The configuration of openid-client for requests of the doctor. */
export function configure(
  metadata: oidc.ServerMetadata,
  clientId: string,
  authentication: oidc.ClientAuth,
  timeout: number,
): oidc.Configuration {
  const configuration = new oidc.Configuration(metadata, clientId, undefined, authentication);
  configuration.timeout = timeout;
  // A finding of its own reports plain http.
  oidc.allowInsecureRequests(configuration);
  return configuration;
}

/** An authorization request of the app. */
export const authorizationUrl = (tenant: Tenant, parameters: Record<string, string>): URL =>
  oidc.buildAuthorizationUrl(tenant.configuration, {
    redirect_uri: registered(tenant.origin)["Redirect URIs"],
    scope: tenant.env.LOGTO_SCOPES.join(" "),
    code_challenge_method: "S256",
    ...parameters,
  });
