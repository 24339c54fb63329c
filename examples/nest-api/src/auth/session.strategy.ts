import { Inject, Injectable } from "@nestjs/common";
import { PassportStrategy } from "@nestjs/passport";
import type { Request } from "express";
import { Strategy } from "passport-custom";
import { ENV, type Env } from "../env.js";
import { ApiError, unauthorized } from "../errors.js";
import type { Caller } from "./caller.js";
import { sessionValues } from "./session-cookies.js";
import { Sessions } from "./sessions.js";

/**
 * Authenticates callers with the app's session cookie, which browsers send here because of
 * AUTH_COOKIE_DOMAIN.
 */
@Injectable()
export class SessionStrategy extends PassportStrategy(Strategy, "session") {
  constructor(
    private readonly sessions: Sessions,
    @Inject(ENV) private readonly env: Env,
  ) {
    super();
  }

  async validate(request: Request): Promise<Caller> {
    const values = sessionValues(request.headers.cookie, this.env.cookieName);
    if (values.length === 0) throw unauthorized("No session token");
    if (isForeignWrite(request, this.env.origins)) throw new ApiError(403, "Not from this site");
    const session = await this.sessions.find(values);
    if (!session) throw unauthorized("Invalid session");
    const { subject, claims, omitted = [], authenticatedAt } = session;
    return {
      via: "session",
      subject,
      name: claims.name ?? claims.username ?? null,
      roles: claims.roles ?? [],
      organizations: (claims.organizations ?? []).map((id) => ({
        id,
        roles: rolesIn(id, claims.organization_roles ?? []),
      })),
      omitted,
      ...(authenticatedAt !== undefined && { authenticatedAt }),
      ...(claims.acr && { acr: claims.acr }),
    };
  }
}

const rolesIn = (organizationId: string, organizationRoles: readonly string[]) =>
  organizationRoles
    .filter((entry) => entry.startsWith(`${organizationId}:`))
    .map((entry) => entry.slice(organizationId.length + 1));

/**
 * Whether a page of an origin that is not listed may have caused a write. Browsers send the cookie
 * from every sibling domain too, and CORS only hides the response from such a page. With each write
 * they send the page's origin; a request without one does not come from a page.
 */
function isForeignWrite({ method, headers }: Request, origins: readonly string[]): boolean {
  if (["GET", "HEAD"].includes(method)) return false;
  if (headers.origin !== undefined) return !origins.includes(headers.origin);
  return !["same-origin", "none", undefined].some((site) => site === headers["sec-fetch-site"]);
}
