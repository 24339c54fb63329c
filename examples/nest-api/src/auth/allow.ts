import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  Injectable,
  UseGuards,
} from "@nestjs/common";
import { Reflector } from "@nestjs/core";
import { AuthGuard } from "@nestjs/passport";
import { z } from "zod";
import { ApiError, unauthorized } from "../errors.js";
import type { AuthenticatedRequest } from "./caller.js";
import { type AuthenticationClass, stepUpChallenge } from "./step-up.js";

/** What a route requires in addition to a signed-in caller. */
export interface Requirement {
  /** For access tokens: the token needs this scope. */
  scope?: string;
  /** For sessions: the user needs one of these roles. */
  roles?: readonly string[];
  /**
   * Name of the route parameter with an organization's id. Scopes and roles are then those within
   * this organization, an access token must be issued for it, and the user of a session must be a
   * member. Routes without this do not accept organization tokens.
   */
  organization?: string;
  /** The user authenticated at Logto at most so many seconds ago. */
  freshWithin?: number;
  /** The least class of that authentication, such as `urn:logto:acr:mfa` (from Logto 1.46 on). */
  acr?: AuthenticationClass;
}

const Required = Reflector.createDecorator<Requirement>();

@Injectable()
class RequirementGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const requirement = this.reflector.get(Required, context.getHandler());
    const { scope, roles, organization } = requirement;
    const { user, params } = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const challenge = stepUpChallenge(user, requirement);
    if (challenge) throw unauthorized("Sign in again, with what is missing", challenge);
    const organizationId =
      organization === undefined ? undefined : z.string().min(1).parse(params[organization]);
    if (user.via === "bearer") {
      if (user.organizationId !== organizationId)
        throw new ApiError(
          403,
          `This needs an access token ${organizationId ? "for this" : "without an"} organization`,
        );
      if (!scope || user.scopes.includes(scope)) return true;
      const challenge = `Bearer error="insufficient_scope", scope="${scope}"`;
      throw new ApiError(403, `This needs the scope ${scope}`, { "www-authenticate": challenge });
    }
    const membership = user.organizations.find(({ id }) => id === organizationId);
    const userRoles = organizationId === undefined ? user.roles : membership?.roles;
    if (userRoles && (!roles || userRoles.some((role) => roles.includes(role)))) return true;
    // A claim that the cookie had no room for says nothing about what the user lacks.
    const required =
      organizationId === undefined ? ["roles"] : ["organizations", "organization_roles"];
    const unknown = required.filter((claim) => user.omitted.includes(claim));
    if (unknown.length > 0)
      throw new ApiError(
        403,
        `The session's cookie has no room for ${unknown.join(" and ")}: send an access token`,
      );
    if (!userRoles) throw new ApiError(403, "This needs membership of this organization");
    throw new ApiError(403, `This needs one of the roles ${roles?.join(", ") ?? ""}`);
  }
}

/**
 * Protects a route: accepts an access token in the `Authorization` header, else the app's session
 * cookie.
 *
 * @param requirement what the caller needs in addition
 *
 * @example
 * @Allow({ scope: "write", roles: ["admin", "editor"] })
 */
export const Allow = (requirement: Requirement = {}) =>
  applyDecorators(
    Required(requirement),
    UseGuards(AuthGuard(["bearer", "session"]), RequirementGuard),
  );
