import { db, query } from "./client";
import type { UserClaims } from "@/lib/logto/claims";

/** The users in the database. */
export interface Users {
  /** Creates or updates a user and its account from Logto's claims. @throws DatabaseError */
  upsert(claims: UserClaims): Promise<void>;
  /** Whether a user still exists. @throws DatabaseError */
  exists(subject: string): Promise<boolean>;
  /** Deletes a user with its account and sessions. @throws DatabaseError */
  remove(subject: string): Promise<void>;
}

/** How long a renewal waits for the check whether its user was deleted, in milliseconds. */
const existsTimeout = 1_000;

/** The columns of a user, from Logto's claims. */
export function toProfile({ name, username, email, email_verified, picture }: UserClaims) {
  return {
    name: name ?? username ?? null,
    email: email?.toLowerCase() ?? null,
    emailVerified: email && email_verified ? new Date() : null,
    image: picture ?? null,
  };
}

/** @see Users */
export const users: Users = {
  /**
   * The user's id is Logto's subject. An e-mail address is only an attribute: users are never
   * looked up by it. One statement, so that two first sign-ins at the same time create one user
   * with one account.
   */
  async upsert(claims) {
    const { name, email, emailVerified, image } = toProfile(claims);
    const now = new Date();
    await query(db().$executeRaw`
      WITH upserted AS (
        INSERT INTO "User" ("id", "name", "email", "emailVerified", "image", "createdAt", "updatedAt")
        VALUES (${claims.sub}, ${name}, ${email}, ${emailVerified}, ${image}, ${now}, ${now})
        ON CONFLICT ("id") DO UPDATE SET
          "name" = EXCLUDED."name",
          "email" = EXCLUDED."email",
          "emailVerified" = EXCLUDED."emailVerified",
          "image" = EXCLUDED."image",
          "updatedAt" = EXCLUDED."updatedAt"
        RETURNING "id"
      )
      INSERT INTO "Account" ("userId", "type", "provider", "providerAccountId", "createdAt")
      SELECT "id", 'oidc', 'logto', "id", ${now} FROM upserted
      ON CONFLICT DO NOTHING`);
  },

  exists: async (id) => (await query(db().user.count({ where: { id } }), existsTimeout)) > 0,

  async remove(id) {
    await query(db().user.deleteMany({ where: { id } }));
  },
};
