import type { NextRequest } from "next/server";
import { errorJson, forward } from "@/lib/api-proxy/forward";
import { apiResources, env } from "@/lib/env";
import { getAccessToken } from "@/lib/session/access-token";
import { SessionError } from "@/lib/session/model/errors";
import { withSession } from "@/lib/session/guards";
import { isCrossOrigin } from "@/lib/session/routes/same-origin";

/**
 * Forwards a request to the API at API_URL with the signed-in user's access token. The browser
 * never sees the token.
 */
const proxy = withSession((_session, request: NextRequest) => {
  const { API_URL: apiUrl } = env();
  if (!apiUrl)
    return errorJson(404, "api_not_configured", "There is no API behind this: API_URL is not set.");
  if (isCrossOrigin(request))
    return errorJson(403, "cross_site", "Another site's page can't do this.");
  return forward(request, { apiUrl, proxyPath: "/api/proxy", getAccessToken: apiToken });
});

async function apiToken(): Promise<string> {
  const resource = env().API_RESOURCE ?? apiResources()[0];
  // Without a resource, this would be the access token for Logto's userinfo, which the API must not
  // get.
  if (!resource) throw new SessionError("resource_not_configured", "LOGTO_RESOURCES names no API");
  return (await getAccessToken({ resource })).accessToken;
}

export {
  proxy as GET,
  proxy as HEAD,
  proxy as OPTIONS,
  proxy as POST,
  proxy as PUT,
  proxy as PATCH,
  proxy as DELETE,
};
