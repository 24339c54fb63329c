import type { Account } from "next-auth";
import { db, query } from "@/lib/db";
import type { UserClaims } from "@/lib/logto/claims";

/** What the provider says of a user, as the users' table has it. */
export interface Profile {
  name: string | null;
  email: string | null;
  emailVerified: Date | null;
  image: string | null;
}

/** The profile in Logto's claims. */
export function profileOf({ name, username, email, email_verified, picture }: UserClaims): Profile {
  return {
    name: name ?? username ?? null,
    email: email?.toLowerCase() ?? null,
    emailVerified: email && email_verified ? new Date() : null,
    image: picture ?? null,
  };
}

/**
 * Creates or updates the user of an account from the provider's profile. The user's id is Logto's subject; an e-mail address
 * is an attribute, and finds nobody. One statement, so that two first sign-ins at once make one user with one account.
 *
 * @throws DatabaseError
 */
export async function keepUser(
  { provider, providerAccountId: id, type }: Pick<Account, "provider" | "providerAccountId" | "type">,
  { name, email, emailVerified, image }: Profile,
): Promise<void> {
  const now = new Date();
  await query(db().$executeRaw`
    WITH kept AS (
      INSERT INTO "User" ("id", "name", "email", "emailVerified", "image", "createdAt", "updatedAt")
      VALUES (${id}, ${name}, ${email}, ${emailVerified}, ${image}, ${now}, ${now})
      ON CONFLICT ("id") DO UPDATE SET
        "name" = EXCLUDED."name",
        "email" = EXCLUDED."email",
        "emailVerified" = EXCLUDED."emailVerified",
        "image" = EXCLUDED."image",
        "updatedAt" = EXCLUDED."updatedAt"
      RETURNING "id"
    )
    INSERT INTO "Account" ("userId", "type", "provider", "providerAccountId", "createdAt")
    SELECT "id", ${type}, ${provider}, ${id}, ${now} FROM kept
    ON CONFLICT DO NOTHING`);
}

/** How long to wait for the answer whether a user was deleted, in milliseconds: a renewal waits for it. */
const existsTimeout = 1_000;

/** Whether a user is still there: one that was deleted has no session any more. @throws DatabaseError */
export const userExists = async (id: string): Promise<boolean> =>
  (await query(db().user.count({ where: { id } }), existsTimeout)) > 0;
