import type { Session } from "@/lib/session/model/session";
import type { Variables } from "../../dev/environment";

/** Sessions that are not in their cookies. */
interface StoredSessions {
  /** The session that a cookie names. */
  read(cookie: string, secret: string): Promise<Session>;
  /** Stores a session's tokens. */
  write(session: Session, secret: string): Promise<void>;
  /** Makes a session one that expired long ago. */
  expire(session: Session): Promise<void>;
  /** Every secret that was ever stored, which leaks.ts searches for. */
  secrets(): Promise<{ kind: string; value: string }[]>;
}

/** Users that the app stores. */
interface StoredUsers {
  /** The users that an account belongs to: their accounts, and how many sessions they have. */
  of(accountId: string): Promise<{ accounts: string[]; sessions: number }[]>;
  /** How many users have no account. */
  countWithoutAccount(): Promise<number>;
}

/** Where an app stores its sessions and users. */
export interface Storage {
  /** Environment variables that make an app use it. */
  variables: Variables;
  /** Absent if the cookies contain the sessions. */
  sessions?: StoredSessions;
  /** Absent if only Logto has them. */
  users?: StoredUsers;
  close(): Promise<void>;
}

/** Only cookies. */
export const cookiesAlone: Storage = { variables: {}, close: () => Promise.resolve() };
