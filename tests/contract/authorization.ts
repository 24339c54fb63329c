import { createHash, randomBytes } from "node:crypto";
import { Browser, type Landing } from "./drivers/browser";
import { signInAtLogto } from "./drivers/logto";
import { signInAtStandIn } from "./drivers/stand-in";
import type { Client, Person, Server } from "./server";

const drivers = { "stand-in": signInAtStandIn, logto: signInAtLogto };

export interface AuthorizationRequest {
  client?: Client;
  /** Types name and password if the server asks for them. */
  person?: Person;
  /** Pass an earlier sign-in's browser to come with its session. */
  browser?: Browser;
  scope?: string;
  /** Several: the parameter is repeated (RFC 8707 §2). */
  resource?: string | string[];
  /** Without it, no prompt parameter is sent. */
  prompt?: string;
  pkce?: boolean;
  /** Further parameters; they replace those of the same name. */
  parameters?: Record<string, string>;
}

/** An authorization response, and what its code exchange needs. */
export interface Authorization {
  client: Client;
  browser: Browser;
  callback: URLSearchParams;
  codeVerifier?: string;
}

/**
 * Goes to the authorization endpoint and follows it to the redirect URI, a sign-in page or an
 * error.
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
 * As `visitAuthorization`, and signs the person in (default: alice) where the server asks for it.
 */
export async function authorize(
  server: Server,
  request: AuthorizationRequest = {},
): Promise<Authorization> {
  const { client, browser, codeVerifier, landing } = await visitAuthorization(server, request);
  const person = request.person ?? server.users.alice;
  const url = isPage(landing)
    ? await drivers[server.driver](browser, landing, person, client.redirectUri)
    : landing.url;
  return { client, browser, codeVerifier, callback: url.searchParams };
}

function isPage(landing: Landing): landing is Required<Landing> {
  if (landing.response && !landing.response.ok) {
    throw new Error(`No sign-in page at ${landing.url.href}: ${landing.response.status}`);
  }
  return landing.response !== undefined;
}
