import "server-only";
import { PrismaAdapter } from "@auth/prisma-adapter";
import type { Adapter } from "next-auth/adapters";
import { headers } from "next/headers";
import { db, query } from "@/lib/db";
import { endSession } from "./renewal";
import { createRow, findRow, fromRow, touchRow } from "./rows";
import { beginSession } from "./session-token";
import { signingIn } from "./signing-in";

/** How long a browser keeps the cookie that names a row, in milliseconds. The row decides; browsers allow 400 days. */
const cookieLifetime = 400 * 24 * 60 * 60 * 1000;

/**
 * Auth.js's Prisma adapter, with our rows in place of its sessions. Users are made in `callbacks.signIn` (users.ts), before
 * Auth.js looks for them: it never makes or links one itself, nor looks for one by an e-mail address.
 */
export function adapter(): Adapter {
  const base = PrismaAdapter(db());
  return {
    ...base,
    getUserByAccount: (account) => query(Promise.resolve(base.getUserByAccount?.(account) ?? null)),
    getUserByEmail: neverReached,
    createUser: neverReached,
    linkAccount: neverReached,
    async createSession(session) {
      const { account, idToken } = signingIn.getStore() ?? {};
      if (!account) throw new Error("a session begins with a sign-in at Logto only");
      const userAgent = (await headers()).get("user-agent");
      await createRow(beginSession(account, idToken), { cookie: session.sessionToken, userAgent });
      return { ...session, expires: new Date(Date.now() + cookieLifetime) };
    },
    async getSessionAndUser(cookie) {
      const row = await findRow(cookie);
      if (!row || row.endedAt || row.expires < new Date()) return null;
      const user = await query(db().user.findUnique({ where: { id: row.userId } }));
      const { token } = await fromRow(row);
      const session = { ...token, userId: row.userId, sessionToken: cookie, expires: row.expires };
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

function neverReached(): never {
  throw new Error("Auth.js was to find the user by its account");
}
