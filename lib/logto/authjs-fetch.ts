import { discover, type LogtoClient } from "./client";

/**
 * The timeout of a request of Auth.js, in milliseconds. The code exchange is never sent twice: that
 * would revoke its grant.
 */
const requestTimeout = 10_000;

/**
 * A `fetch` for Auth.js, which has no cache for the discovery document and no timeout. Auth.js also
 * cannot repeat a parameter of the authorization request. So the resources are part of the
 * endpoint's URL (RFC 8707 §2).
 *
 * @param resources the resources for which access tokens will be needed. They can only be requested
 *   at sign-in
 */
export function authjsFetch(client: LogtoClient, resources: readonly string[]): typeof fetch {
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
