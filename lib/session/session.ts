import type { Session } from "next-auth";
import { z } from "zod";
import type { SessionToken } from "./session-token";

/** The signed-in user, as pages and the browser see them. */
export interface SessionUser {
  /** Logto's subject, with and without a database. */
  id: string;
  /** Falls back to the user name. */
  name: string | null;
  username: string | null;
  email: string | null;
  emailVerified: boolean;
  image: string | null;
  /** Names of the user's roles. */
  roles: string[];
  /** Ids of the organizations that the user is a member of. */
  organizations: string[];
  /** The user's roles in them, as `organizationId:role`. */
  organizationRoles: string[];
}

declare module "next-auth" {
  interface Session {
    user: SessionUser;
  }
}

const claims = z.object({
  name: z.string().nullish(),
  username: z.string().nullish(),
  email: z.string().nullish(),
  email_verified: z.boolean().nullish(),
  picture: z.string().nullish(),
  roles: z.array(z.string()).nullish(),
  organizations: z.array(z.string()).nullish(),
  organization_roles: z.array(z.string()).nullish(),
});

/** The user that a session is of. */
export function toSessionUser(token: Pick<SessionToken, "sub" | "claims">): SessionUser {
  const known = claims.parse(token.claims);
  return {
    id: token.sub,
    name: known.name ?? known.username ?? null,
    username: known.username ?? null,
    email: known.email ?? null,
    emailVerified: known.email_verified ?? false,
    image: known.picture ?? null,
    roles: known.roles ?? [],
    organizations: known.organizations ?? [],
    organizationRoles: known.organization_roles ?? [],
  };
}

/** What a session shows outside the server: this list and nothing else; no token, no session id. */
export function toSession(token: SessionToken): Session {
  return { user: toSessionUser(token), expires: new Date(token.exp * 1000).toISOString() };
}
