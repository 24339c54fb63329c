import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { createLocalJWKSet, errors, jwtVerify } from "jose";
import { z } from "zod";
import { ApiError } from "./api-error.js";
import { filterSchema, Invitations, newInvitationSchema, statusSchema } from "./invitations.js";
import { invitationMail, type Mail } from "./mail.js";
import { oneTimeTokenFilter, oneTimeTokenSchema, oneTimeTokenStatus } from "./one-time-tokens.js";
import { managementResource } from "./resources.js";
import type { State } from "./state.js";
import type { Traffic } from "./traffic.js";

interface ManagementApi {
  state: State;
  issuer: string;
  deliver: (mail: Mail) => void;
  traffic: Traffic | undefined;
}

/** Returns the body of the response; undefined for 204. @param id empty for a collection */
type Route = (request: { id: string; query: URLSearchParams; body: unknown }) => unknown;

/**
 * The part of Logto's Management API, below `/api`, that invitations need. It takes access tokens
 * of machine-to-machine applications (Logto facts: Management API).
 */
export function createManagementApi({ state, issuer, deliver, traffic }: ManagementApi) {
  const { directory, records, oneTimeTokens } = state;
  const invitations = new Invitations(records, directory);
  const mail = (id: string, payload: Record<string, unknown>) => {
    const { invitee: to, organizationId, inviterId } = invitations.find(id);
    const organization = directory.organizations.get(organizationId)?.name ?? organizationId;
    const inviter = directory.users.get(inviterId ?? "")?.claims.name ?? undefined;
    deliver(invitationMail({ to, link: String(payload.link), organization, inviter }));
  };
  const found = <T>(entity: T | undefined): T => {
    if (entity === undefined)
      throw new ApiError(404, "entity.not_exists_with_id", "The resource does not exist.");
    return entity;
  };

  const routes: Record<string, Route> = {
    "GET organization-invitations": ({ query }) =>
      invitations.list(filterSchema.parse(Object.fromEntries(query))),
    "GET organization-invitations/:id": ({ id }) => invitations.find(id),
    "POST organization-invitations": ({ body }) => {
      const { messagePayload, ...details } = newInvitationSchema.parse(body);
      const created = invitations.create(details);
      if (messagePayload) mail(created.id, messagePayload);
      return created;
    },
    "POST organization-invitations/:id/message": ({ id, body }) =>
      mail(id, z.looseObject({}).parse(body)),
    "PUT organization-invitations/:id/status": ({ id, body }) =>
      invitations.setStatus(id, statusSchema.parse(body)),
    "POST one-time-tokens": ({ body }) => {
      const created = oneTimeTokens.create(oneTimeTokenSchema.parse(body));
      const { token: value } = created;
      traffic?.issued.push({ kind: "one_time_token", value, sub: undefined, clientId: undefined });
      return created;
    },
    "GET one-time-tokens": ({ query }) =>
      oneTimeTokens.list(oneTimeTokenFilter.parse(Object.fromEntries(query))),
    "PUT one-time-tokens/:id/status": ({ id, body }) =>
      oneTimeTokens.setStatus(id, oneTimeTokenStatus.parse(body)),
    "GET organizations/:id": ({ id }) => found(directory.organizations.get(id)),
    "GET users/:id": ({ id }) => {
      const { username, claims } = found(directory.users.get(id));
      return { id, username, name: claims.name, primaryEmail: claims.email };
    },
  };

  const authorize = async ({ headers }: IncomingMessage) => {
    const [, token] = /^Bearer (.+)$/i.exec(headers.authorization ?? "") ?? [];
    const missing = "Authorization header is missing.";
    if (!token) throw new ApiError(401, "auth.authorization_header_missing", missing);
    const { d: _privateKey, ...key } = state.signingKey;
    const currentDate = new Date(records.now());
    const { payload } = await jwtVerify(token, createLocalJWKSet({ keys: [key] }), {
      issuer,
      audience: managementResource,
      currentDate,
    });
    if (payload.scope !== "all") throw new ApiError(403, "auth.forbidden", "Forbidden.");
  };

  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const [, , collection = "", id, part] = url.pathname.split("/");
    const name = [`${request.method} ${collection}`, id && ":id", part].filter(Boolean).join("/");
    try {
      await authorize(request);
      const content = await text(request);
      const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
      if (!route) throw new ApiError(404, "entity.not_found", `The stand-in has no ${name}.`);
      const body: unknown = content ? JSON.parse(content) : {};
      const result = route({ id: decodeURIComponent(id ?? ""), query: url.searchParams, body });
      if (result === undefined) return void response.writeHead(204).end();
      send(response, request.method === "POST" ? 201 : 200, result);
    } catch (error) {
      const { status, code, message } = toApiError(error);
      send(response, status, { code, message });
    }
  };
}

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof z.ZodError)
    return new ApiError(400, "guard.invalid_input", z.prettifyError(error));
  if (error instanceof errors.JOSEError)
    return new ApiError(401, "auth.unauthorized", "Unauthorized. Please check credentials.");
  if (error instanceof SyntaxError)
    return new ApiError(400, "request.invalid_input", "The body is not valid JSON.");
  throw error;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
