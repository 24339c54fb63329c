import "server-only";
import { PrismaAdapter } from "@auth/prisma-adapter";
import type { Adapter } from "next-auth/adapters";
import { headers } from "next/headers";
import { db, query } from "@/lib/db";
import { endSession } from "./renewal";
import { createRow, findRow, fromRow, touchRow } from "./rows";
import { beginEmailSession, beginSession, type SessionToken } from "./session-token";
import { signingIn } from "./signing-in";
import { emailProvider } from "./users";

/** How long a browser keeps the cookie of strategy `database`, in milliseconds. The row decides; browsers allow 400 days. */
const cookieLifetime = 400 * 24 * 60 * 60 * 1000;

/**
 * Auth.js's Prisma adapter, with our rows in place of its sessions and with every query bounded in time. Users of Logto are
 * made in `callbacks.signIn` (users.ts), before Auth.js looks for them.
 */
export function adapter(): Adapter {
  const base = PrismaAdapter(db());
  return {
    ...base,
    getUserByAccount: (account) => query(Promise.resolve(base.getUserByAccount?.(account) ?? null)),
    async getUserByEmail(email) {
      const id = { provider: emailProvider, providerAccountId: email };
      const account = await query(
        db().account.findUnique({ where: { provider_providerAccountId: id }, include: { user: true } }),
      );
      const user = account?.user ?? (await query(db().user.findUnique({ where: { email } })));
      // Not the user's own: Auth.js asks for it again, and another user may be reached by that.
      return user && { ...user, email };
    },
    async createUser({ email, emailVerified }) {
      const account = { provider: emailProvider, type: "email", providerAccountId: email };
      const data = { email, emailVerified, accounts: { create: account } };
      const user = await query(db().user.create({ data }));
      return { ...user, email };
    },
    createVerificationToken: (token) => query(Promise.resolve(base.createVerificationToken?.(token))),
    useVerificationToken: (token) => query(Promise.resolve(base.useVerificationToken?.(token) ?? null)),
    updateUser: (user) =>
      query(Promise.resolve(base.updateUser?.(user) ?? Promise.reject(new Error("no user")))),
    async createSession(session) {
      const token = await beginSessionOf(session.userId);
      await keepSession(token, session.sessionToken);
      return { ...session, expires: new Date(Date.now() + cookieLifetime) };
    },
    async getSessionAndUser(cookie) {
      const row = await findRow(cookie);
      if (!row || row.endedAt || row.expires < new Date()) return null;
      const user = await query(db().user.findUnique({ where: { id: row.userId } }));
      const { token } = await fromRow(row);
      const session = { ...token, sessionToken: cookie, expires: row.expires };
      return user && { session, user: { ...user, email: user.email ?? "" } };
    },
    async updateSession({ sessionToken, expires }) {
      const row = expires && (await findRow(sessionToken));
      if (row) await touchRow(row.sid, { lastSeenAt: new Date(), expires });
      return null;
    },
    async deleteSession(cookie) {
      const row = await findRow(cookie);
      if (row) await endSession((await fromRow(row)).token);
    },
  };
}

/** The session of the sign-in that this request completes. */
export async function beginSessionOf(userId: string): Promise<SessionToken> {
  const { account, idToken } = signingIn.getStore() ?? {};
  if (account) return beginSession(account, idToken, userId);
  return beginEmailSession(await query(db().user.findUniqueOrThrow({ where: { id: userId } })));
}

/**
 * Keeps a session that begins with this request in the database.
 *
 * @param cookie the session cookie's value in strategy `database`
 */
export async function keepSession(token: SessionToken, cookie?: string): Promise<void> {
  await createRow(token, { ...(cookie && { cookie }), userAgent: (await headers()).get("user-agent") });
}
