import { Inject, Injectable } from "@nestjs/common";
import { PassportStrategy } from "@nestjs/passport";
import type { Request } from "express";
import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import { Strategy } from "passport-custom";
import { z } from "zod";
import { ENV, type Env } from "../env.js";
import { unauthorized, UnavailableError } from "../errors.js";
import type { Caller } from "./caller.js";

const claims = z.object({
  sub: z.string().min(1),
  scope: z.string().default(""),
  /** The organization of the permissions. Absent: they are the tenant's. */
  organization_id: z.string().min(1).optional(),
  auth_time: z.number().optional(),
  acr: z.string().optional(),
});
/** Timeout of fetching Logto's keys, in milliseconds. */
const timeoutDuration = 3_000;

/**
 * Authenticates callers with an access token that Logto issued for this API (RFC 9068, RFC 6750),
 * such as native apps and other servers.
 */
@Injectable()
export class BearerStrategy extends PassportStrategy(Strategy, "bearer") {
  readonly #keys: ReturnType<typeof createRemoteJWKSet>;

  constructor(@Inject(ENV) private readonly env: Env) {
    super();
    this.#keys = createRemoteJWKSet(new URL(`${env.issuer}/jwks`), { timeoutDuration });
  }

  /** @returns null if there is no access token, so that Passport tries the next strategy */
  async validate({ headers: { authorization } }: Request): Promise<Caller | null> {
    const [, token] = /^Bearer +(\S+)$/i.exec(authorization ?? "") ?? [];
    if (!token) return null;
    try {
      const { payload } = await jwtVerify(token, this.#keys, {
        issuer: this.env.issuer,
        audience: this.env.resource,
        typ: "at+jwt",
        algorithms: ["ES384"],
        requiredClaims: ["exp"],
      });
      const { sub, scope, organization_id: organizationId, auth_time, acr } = claims.parse(payload);
      return {
        via: "bearer",
        subject: sub,
        scopes: scope.split(" ").filter(Boolean),
        ...(organizationId && { organizationId }),
        ...(auth_time !== undefined && { authenticatedAt: auth_time }),
        ...(acr && { acr }),
      };
    } catch (error) {
      if (!isAboutToken(error)) throw new UnavailableError("Logto's keys can't be read");
      throw unauthorized("Invalid access token", 'Bearer error="invalid_token"');
    }
  }
}

/** Whether the token is invalid, as opposed to a failure to get the keys. */
function isAboutToken(error: unknown): boolean {
  if (error instanceof z.ZodError || error instanceof errors.JWKSNoMatchingKey) return true;
  return error instanceof errors.JOSEError && !/^ERR_(JWKS|JOSE_GENERIC)/.test(error.code);
}
