import { createParamDecorator, type ExecutionContext } from "@nestjs/common";
import type { Request } from "express";

/**
 * Who calls. A session says which roles its user has; an access token says what the application that holds it may do for
 * its user. `subject` is Logto's id of the user in both.
 */
export type Caller =
  | { via: "session"; subject: string; name: string | null; roles: string[] }
  | { via: "bearer"; subject: string; scopes: string[] };

/** A request that a strategy let pass. */
export type AuthenticatedRequest = Request & { user: Caller };

/** The caller, as a parameter of a route that has `@Allow`. */
export const CurrentCaller = createParamDecorator(
  (_data: unknown, context: ExecutionContext) =>
    context.switchToHttp().getRequest<AuthenticatedRequest>().user,
);
