import type { Account } from "next-auth";
import { db, isTaken, query } from "@/lib/db";
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

/** Id of the provider that signs people in by a link in a mail. */
export const emailProvider = "nodemailer";

/** `address_taken`: another user has the e-mail address. `linked_elsewhere`: the account is another user's. */
export type Kept = { userId: string } | { refused: "address_taken" | "linked_elsewhere" };

/**
 * Sees to it that there is one user for an account, and that name, e-mail and picture are the provider's. User and account
 * are made by one statement, so that neither is ever there alone; of two first sign-ins at once the second finds
 * the first one's.
 *
 * @param linkTo id of the user who asked for this account to be linked
 * @throws DatabaseError
 */
export async function keepUser(
  { provider, providerAccountId, type }: Pick<Account, "provider" | "providerAccountId" | "type">,
  profile: Profile,
  linkTo?: string,
): Promise<Kept> {
  const account = { provider, providerAccountId, type };
  const known = await query(
    db().account.findUnique({ where: { provider_providerAccountId: { provider, providerAccountId } } }),
  );
  if (known) {
    if (linkTo && known.userId !== linkTo) return { refused: "linked_elsewhere" };
    await updateUser(known.userId, profile);
    return { userId: known.userId };
  }
  try {
    if (linkTo) {
      await query(db().account.create({ data: { ...account, userId: linkTo } }));
      await updateUser(linkTo, profile);
      return { userId: linkTo };
    }
    const { id } = await query(db().user.create({ data: { ...profile, accounts: { create: account } } }));
    return { userId: id };
  } catch (error) {
    if (!isTaken(error)) throw error;
    const owner = profile.email && (await query(db().user.findUnique({ where: { email: profile.email } })));
    const made = await query(db().account.count({ where: { provider, providerAccountId } }));
    if (made > 0) return keepUser(account, profile, linkTo);
    if (owner) return { refused: "address_taken" };
    throw error;
  }
}

/** An address that another user has by now stays theirs; one that mails sign this user in with is kept. */
async function updateUser(id: string, profile: Profile): Promise<void> {
  const { email, emailVerified, ...rest } = profile;
  const byMail = await query(db().account.findFirst({ where: { userId: id, provider: emailProvider } }));
  const address = byMail && !email ? {} : { email, emailVerified };
  try {
    await query(db().user.update({ where: { id }, data: { ...rest, ...address } }));
  } catch (error) {
    if (!isTaken(error)) throw error;
    await query(db().user.update({ where: { id }, data: rest }));
  }
}

/** Whether an address is that of a user who signs in at Logto, and never asked to be signed in by mail. */
export async function belongsToLogto(email: string): Promise<boolean> {
  const owner = await query(
    db().user.findUnique({ where: { email }, include: { accounts: { select: { provider: true } } } }),
  );
  const providers = owner?.accounts.map(({ provider }) => provider) ?? [];
  return providers.includes("logto") && !providers.includes(emailProvider);
}
