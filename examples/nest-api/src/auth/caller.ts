import { createParamDecorator, type ExecutionContext } from "@nestjs/common";
import type { Request } from "express";

/**
 * A caller with the app's session: which roles its user has, and which in each organization that
 * the user is a member of.
 */
interface SessionCaller {
  via: "session";
  subject: string;
  name: string | null;
  roles: string[];
  organizations: { id: string; roles: string[] }[];
  /** Claims that are not known here, because the session's cookie had no room for them. */
  omitted: string[];
}

/**
 * A caller with an access token: what the application that holds it may do for its user; within one
 * organization, if it says so.
 */
interface BearerCaller {
  via: "bearer";
  subject: string;
  scopes: string[];
  organizationId?: string;
}

/** Who calls. `subject` is Logto's id of the user in both. */
export type Caller = SessionCaller | BearerCaller;

/** A request that a strategy let pass. */
export type AuthenticatedRequest = Request & { user: Caller };

/** The caller, as a parameter of a route that has `@Allow`. */
export const CurrentCaller = createParamDecorator(
  (_data: unknown, context: ExecutionContext) =>
    context.switchToHttp().getRequest<AuthenticatedRequest>().user,
);
