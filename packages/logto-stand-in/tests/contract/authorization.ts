import { createHash, randomBytes } from "node:crypto";
import { Browser, type Landing } from "./drivers/browser";
import { signInAtLogto } from "./drivers/logto";
import { signInAtStandIn } from "./drivers/stand-in";
import type { Client, Server, User } from "./server";

const drivers = { "stand-in": signInAtStandIn, logto: signInAtLogto };

export interface AuthorizationRequest {
  client?: Client;
  /** Signs in with these credentials if the server shows the sign-in page. */
  user?: User;
  /** Pass the browser of an earlier sign-in to use its session. */
  browser?: Browser;
  scope?: string;
  /** For several resources the parameter is repeated (RFC 8707 §2). */
  resource?: string | string[];
  /** Absent: no prompt parameter is sent. */
  prompt?: string;
  pkce?: boolean;
  /** Additional parameters. They replace those of the same name. */
  parameters?: Record<string, string>;
}

/** An authorization response, and the data that its code exchange needs. */
export interface Authorization {
  client: Client;
  browser: Browser;
  callback: URLSearchParams;
  codeVerifier?: string;
}

/**
 * Sends an authorization request and follows its redirects to the redirect URI, a sign-in page or
 * an error.
 */
export async function visitAuthorization(server: Server, request: AuthorizationRequest = {}) {
  const { client = server.client, browser = new Browser(), pkce = true } = request;
  const codeVerifier = pkce ? randomBytes(32).toString("base64url") : undefined;
  const url = new URL(`${server.issuer}/auth`);
  const parameters = {
    client_id: client.clientId,
    redirect_uri: client.redirectUri,
    response_type: "code",
    scope: request.scope ?? "openid",
    state: randomBytes(8).toString("hex"),
    ...(request.prompt && { prompt: request.prompt }),
    ...(codeVerifier && {
      code_challenge: createHash("sha256").update(codeVerifier).digest("base64url"),
      code_challenge_method: "S256",
    }),
    ...request.parameters,
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  for (const resource of [request.resource ?? []].flat())
    url.searchParams.append("resource", resource);

  const landing = await browser.follow(url, client.redirectUri);
  return { client, browser, codeVerifier, landing };
}

/**
 * Like `visitAuthorization`, but signs the user in (default: alice) if the server shows the sign-in
 * page.
 */
export async function authorize(
  server: Server,
  request: AuthorizationRequest = {},
): Promise<Authorization> {
  const { client, browser, codeVerifier, landing } = await visitAuthorization(server, request);
  const user = request.user ?? server.users.alice;
  const url = isPage(landing)
    ? await drivers[server.driver](browser, landing, user, client.redirectUri)
    : landing.url;
  return { client, browser, codeVerifier, callback: url.searchParams };
}

function isPage(landing: Landing): landing is Required<Landing> {
  if (landing.response && !landing.response.ok) {
    throw new Error(`No sign-in page at ${landing.url.href}: ${landing.response.status}`);
  }
  return landing.response !== undefined;
}
