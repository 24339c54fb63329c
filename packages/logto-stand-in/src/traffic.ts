import { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import type { Context, Middleware } from "koa";
import type { KoaContextWithOIDC } from "oidc-provider";
import type Provider from "oidc-provider";
import { z } from "zod";
import { respondWithFault, type Endpoint, type Fault } from "./faults.js";
import type { Mail } from "./mail.js";

interface Issued {
  kind: "access_token" | "refresh_token" | "id_token" | "authorization_code" | "one_time_token";
  value: string;
  sub: string | undefined;
  clientId: string | undefined;
}

const tokenResponse = z.object({
  access_token: z.string(),
  refresh_token: z.string().optional(),
  id_token: z.string().optional(),
});

/** Records the server's traffic for tests, and holds the faults that tests injected. */
export class Traffic {
  faults: Fault[] = [];
  readonly issued: Issued[] = [];
  /** The logout tokens that were sent back-channel, with their URLs. */
  readonly logoutTokens: { url: string; logoutToken: string }[] = [];
  /** The delivered mails, newest last. */
  readonly mails: Mail[] = [];
  readonly #values = new Set<string>();
  #requests: { endpoint: Endpoint; grant: string | undefined }[] = [];

  /** Counts all requests so far, including those that met a fault. */
  get requests() {
    const byEndpoint: Record<string, number> = {};
    const byGrant: Record<string, number> = {};
    for (const { endpoint, grant } of this.#requests) {
      byEndpoint[endpoint] = (byEndpoint[endpoint] ?? 0) + 1;
      if (grant) byGrant[grant] = (byGrant[grant] ?? 0) + 1;
    }
    return { total: this.#requests.length, byEndpoint, byGrant };
  }

  forgetRequests(): void {
    this.#requests = [];
  }

  /** Runs before the authorization server's handlers: counts requests and applies faults. */
  middleware: Middleware = async (ctx, next) => {
    const endpoint = endpointOf(ctx.path);
    if (!endpoint || ctx.method === "OPTIONS") {
      await next();
      return;
    }
    const grant = endpoint === "token" ? await readGrant(ctx) : undefined;
    this.#requests.push({ endpoint, grant });
    const fault = this.#takeFault(endpoint, grant);
    await (fault ? respondWithFault(fault, ctx, next) : next());
  };

  /**
   * Records every token and code that `provider` issues. A refresh token that is returned again is
   * recorded once.
   */
  observe(provider: Provider): void {
    const add = (ctx: KoaContextWithOIDC, kind: Issued["kind"], value: unknown) => {
      if (typeof value !== "string" || this.#values.has(value)) return;
      this.#values.add(value);
      const sub = ctx.oidc.account?.accountId ?? ctx.oidc.session?.accountId;
      this.issued.push({ kind, value, sub, clientId: ctx.oidc.client?.clientId });
    };
    provider.on("authorization.success", (ctx, response) =>
      add(ctx, "authorization_code", response?.code),
    );
    provider.on("grant.success", (ctx) => {
      const response = tokenResponse.parse(ctx.body);
      add(ctx, "access_token", response.access_token);
      add(ctx, "refresh_token", response.refresh_token);
      add(ctx, "id_token", response.id_token);
    });
  }

  #takeFault(endpoint: Endpoint, grant: string | undefined): Fault | undefined {
    const fault = this.faults.find(
      (candidate) =>
        candidate.endpoint === endpoint && (!candidate.grant || candidate.grant === grant),
    );
    if (fault?.times !== undefined && --fault.times === 0)
      this.faults = this.faults.filter((other) => other !== fault);
    return fault;
  }
}

const endpointByPath: Readonly<Record<string, Endpoint>> = {
  "/.well-known/openid-configuration": "discovery",
  "/jwks": "jwks",
  "/me": "userinfo",
  "/request": "pushed_authorization_request",
  "/token": "token",
  "/token/introspection": "introspection",
  "/token/revocation": "revocation",
};

/**
 * Maps all paths of an endpoint to one name: `/auth` and `/auth/<uid>`, `/session/end` and
 * `/session/end/confirm`.
 */
function endpointOf(path: string): Endpoint | undefined {
  if (/^\/auth(\/|$)/.test(path)) return "authorization";
  if (/^\/session\/end(\/|$)/.test(path)) return "end_session";
  return endpointByPath[path];
}

/**
 * Reads the grant_type of a token request. The library needs a request whose body is unread, so it
 * gets a copy of the request.
 */
async function readGrant(ctx: Context): Promise<string | undefined> {
  const body = await text(ctx.req);
  const { method, url, headers } = ctx.req;
  const copy = new IncomingMessage(ctx.req.socket);
  Object.assign(copy, { method, url, headers, originalUrl: ctx.originalUrl, complete: true });
  copy.push(body);
  copy.push(null);
  ctx.req = copy;
  return new URLSearchParams(body).get("grant_type") ?? undefined;
}
