import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  Injectable,
  UseGuards,
} from "@nestjs/common";
import { Reflector } from "@nestjs/core";
import { AuthGuard } from "@nestjs/passport";
import { Refusal } from "../refusals.js";
import type { AuthenticatedRequest } from "./caller.js";

/** What a route asks for: of an access token a scope, of a session one of some roles (absent: any will do). */
export interface Requirement {
  scope?: string;
  roles?: readonly string[];
}

const Required = Reflector.createDecorator<Requirement>();

@Injectable()
class RequirementGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const { scope, roles } = this.reflector.get(Required, context.getHandler());
    const { user } = context.switchToHttp().getRequest<AuthenticatedRequest>();
    if (user.via === "bearer") {
      if (!scope || user.scopes.includes(scope)) return true;
      const challenge = `Bearer error="insufficient_scope", scope="${scope}"`;
      throw new Refusal(403, `This needs the scope ${scope}`, { "www-authenticate": challenge });
    }
    if (!roles || user.roles.some((role) => roles.includes(role))) return true;
    throw new Refusal(403, `This needs one of the roles ${roles.join(", ")}`);
  }
}

/**
 * Lets a route be called with an access token in the `Authorization` header, or else with the app's session cookie.
 *
 * @param requirement what the caller has to have beyond that
 */
export const Allow = (requirement: Requirement = {}) =>
  applyDecorators(Required(requirement), UseGuards(AuthGuard(["bearer", "session"]), RequirementGuard));
