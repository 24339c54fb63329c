import { z } from "zod";
import { isShownPicture } from "@/lib/server/security-headers";
import type { Session } from "./session";

/** The signed-in user, as pages and the browser see them. */
export interface SessionUser {
  /** Logto's subject, with and without a database. */
  id: string;
  /** The name, or else the username. */
  name: string | null;
  username: string | null;
  email: string | null;
  emailVerified: boolean;
  /** URL of a picture; null if the Content Security Policy forbids it, such as one on http. */
  image: string | null;
  /** Names of the user's roles. */
  roles: string[];
  /** Ids of the organizations that the user is a member of. */
  organizations: string[];
  /** Roles in these organizations, as `organizationId:role`. */
  organizationRoles: string[];
}

/** Public view of a session. */
export interface PublicSession {
  user: SessionUser;
  /** When it ends if it is not used until then, as ISO 8601. */
  expires: string;
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

/** The user of a session. */
export function toSessionUser(session: Pick<Session, "subject" | "claims">): SessionUser {
  const known = claims.parse(session.claims);
  return {
    id: session.subject,
    name: known.name ?? known.username ?? null,
    username: known.username ?? null,
    email: known.email ?? null,
    emailVerified: known.email_verified ?? false,
    image: known.picture && isShownPicture(known.picture) ? known.picture : null,
    roles: known.roles ?? [],
    organizations: known.organizations ?? [],
    organizationRoles: known.organization_roles ?? [],
  };
}

/** Public view of a session. An allow-list: never a token, never the session id. */
export function toPublicSession(session: Session): PublicSession {
  return { user: toSessionUser(session), expires: new Date(session.exp * 1000).toISOString() };
}
