import { onTestFinished } from "vitest";
import { startLogto, type StandInOptions } from "../src/server";
import { controlOf } from "../src/testing";

export const redirectUri = "http://localhost:4180/callback";
export const devClient = { clientId: "app", clientSecret: "app-secret" };

/** Starts a stand-in with one application for the current test, and ends it with the test. */
export async function start(options: Partial<StandInOptions> = {}) {
  const client = { ...devClient, redirectUris: [redirectUri], postLogoutRedirectUris: [] };
  const identity = await startLogto({ port: 0, clients: [client], control: true, ...options });
  onTestFinished(() => identity.close());
  return { ...identity, control: controlOf(identity.endpoint) };
}

/** Where the application sends a browser to sign in, with these parameters. */
export function authorizationUrl(issuer: string, parameters: Record<string, string>): URL {
  const url = new URL(`${issuer}/auth`);
  url.search = new URLSearchParams({
    client_id: devClient.clientId,
    redirect_uri: redirectUri,
    response_type: "code",
    scope: "openid",
    ...parameters,
  }).toString();
  return url;
}
