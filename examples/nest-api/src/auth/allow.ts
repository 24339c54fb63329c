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
import { Refusal } from "../refusals.js";
import type { AuthenticatedRequest } from "./caller.js";

/** What a route asks for beyond a caller. */
export interface Requirement {
  /** Of an access token. */
  scope?: string;
  /** Of a session: one of these. */
  roles?: readonly string[];
  /**
   * Name of the route's parameter that has an organization's id. Then scopes and roles are those
   * within this organization, an access token has to be for it, and a session of one of its
   * members. Without it, an organization's token opens nothing.
   */
  organization?: string;
}

const Required = Reflector.createDecorator<Requirement>();

@Injectable()
class RequirementGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const { scope, roles, organization } = this.reflector.get(Required, context.getHandler());
    const { user, params } = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const organizationId =
      organization === undefined ? undefined : z.string().min(1).parse(params[organization]);
    if (user.via === "bearer") {
      if (user.organizationId !== organizationId)
        throw new Refusal(
          403,
          `This needs an access token ${organizationId ? "for this" : "without an"} organization`,
        );
      if (!scope || user.scopes.includes(scope)) return true;
      const challenge = `Bearer error="insufficient_scope", scope="${scope}"`;
      throw new Refusal(403, `This needs the scope ${scope}`, { "www-authenticate": challenge });
    }
    const membership = user.organizations.find(({ id }) => id === organizationId);
    const held = organizationId === undefined ? user.roles : membership?.roles;
    if (held && (!roles || held.some((role) => roles.includes(role)))) return true;
    // Nobody lacks what is only missing in the cookie.
    const asked =
      organizationId === undefined ? ["roles"] : ["organizations", "organization_roles"];
    const unknown = asked.filter((claim) => user.omitted.includes(claim));
    if (unknown.length > 0)
      throw new Refusal(
        403,
        `The session's cookie has no room for ${unknown.join(" and ")}: send an access token`,
      );
    if (!held) throw new Refusal(403, "This needs membership of this organization");
    throw new Refusal(403, `This needs one of the roles ${roles?.join(", ") ?? ""}`);
  }
}

/**
 * Lets a route be called with an access token in the `Authorization` header, or else with the app's
 * session cookie.
 *
 * @param requirement what the caller has to have beyond that
 */
export const Allow = (requirement: Requirement = {}) =>
  applyDecorators(
    Required(requirement),
    UseGuards(AuthGuard(["bearer", "session"]), RequirementGuard),
  );
