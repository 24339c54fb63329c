import { createParamDecorator, type ExecutionContext } from "@nestjs/common";
import type { Request } from "express";
import type { Authentication } from "./step-up.js";

/**
 * A caller with the app's session: the user's roles, and the roles in each organization that the
 * user is a member of.
 */
interface SessionCaller extends Authentication {
  via: "session";
  subject: string;
  name: string | null;
  roles: string[];
  organizations: { id: string; roles: string[] }[];
  /** Claims that are unknown here, because the session's cookie had no room for them. */
  omitted: string[];
}

/**
 * A caller with an access token: what its application may do for the user, within one organization
 * if the token names one.
 */
interface BearerCaller extends Authentication {
  via: "bearer";
  subject: string;
  scopes: string[];
  organizationId?: string;
}

/** The caller. `subject` is Logto's id of the user in both kinds. */
export type Caller = SessionCaller | BearerCaller;

/** A request that a strategy has authenticated. */
export type AuthenticatedRequest = Request & { user: Caller };

/** Parameter decorator: the caller, in a route with `@Allow`. */
export const CurrentCaller = createParamDecorator(
  (_data: unknown, context: ExecutionContext) =>
    context.switchToHttp().getRequest<AuthenticatedRequest>().user,
);
