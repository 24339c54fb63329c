import { headers } from "next/headers";
import type { NextAuthConfig } from "next-auth";
import type {} from "@auth/core/jwt";
import { sessionState } from "../lifecycle/session-state";
import type { SessionUser } from "../model/public-session";
import { isSession, parseSession, type Session } from "../model/session";
import { sessionStore } from "../stores/current-store";

declare module "next-auth" {
  interface Session {
    user: SessionUser;
  }
}

declare module "@auth/core/jwt" {
  interface JWT extends Partial<Omit<Session, "exp">> {
    /** Set by Auth.js. */
    exp?: number;
  }
}

/**
 * The cookie value that a session was decoded from. A symbol survives the copies that Auth.js
 * makes, and is never in JSON.
 */
const decodedFrom = Symbol("decoded from");

type JwtOptions = Required<Pick<NonNullable<NextAuthConfig["jwt"]>, "encode" | "decode">>;

/**
 * Auth.js's `jwt.encode` and `jwt.decode`, which read and write the session store. auth.ts says why
 * `encode` never changes a session.
 */
export const jwtOptions: JwtOptions = {
  async encode({ token }) {
    const known: unknown = token && Reflect.get(token, decodedFrom);
    if (typeof known === "string") return known;
    if (!isSession(token)) throw new TypeError("not a session");
    const value = await sessionStore().begin(token, {
      userAgent: (await headers()).get("user-agent"),
    });
    // So that this process can revoke the grant if Logto ends the session before its first request.
    sessionState(parseSession(token));
    return value;
  },
  async decode({ token: value }) {
    const session = value ? await sessionStore().read(value) : undefined;
    if (typeof session !== "object" || session.endedAt !== undefined) return null;
    return { ...session, [decodedFrom]: value };
  },
};
