import { discover, type LogtoClient } from "./client";

/**
 * How long the code exchange may take, in milliseconds. It is never sent twice: that would revoke
 * its grant.
 */
const requestTimeout = 10_000;

/**
 * A `fetch` for Auth.js, which has neither a cache for the discovery document nor a timeout, and
 * can't repeat a parameter of the authorization request: the resources are part of the endpoint's
 * URL here (RFC 8707 §2).
 *
 * @param resources what access tokens will be wanted for; asked for at sign-in or never
 */
export function discoveryFetch(client: LogtoClient, resources: readonly string[]): typeof fetch {
  const discoveryUrl = `${client.issuer}/.well-known/openid-configuration`;
  return async (input: RequestInfo | URL, init?: RequestInit) => {
    const url = input instanceof Request ? input.url : String(input);
    if (url !== discoveryUrl)
      return fetch(input, { ...init, signal: AbortSignal.timeout(requestTimeout) });
    const metadata = await discover(client);
    const endpoint = new URL(metadata.authorization_endpoint ?? client.issuer);
    for (const resource of resources) endpoint.searchParams.append("resource", resource);
    return Response.json({ ...metadata, authorization_endpoint: endpoint.href });
  };
}
