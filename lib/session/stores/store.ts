import type { Session } from "../model/session";

/** Which sessions of a user, or of one browser at Logto, are to end. */
export interface SessionFilter {
  subject?: string | undefined;
  /** Logto's id of a session: all of ours that began in it. */
  logtoSessionId?: string | undefined;
  /** Our id of the row, as the list of sessions shows it. */
  rowId?: string | undefined;
  /** Sessions that began later stay; in milliseconds, by Logto's clock. */
  before?: number | undefined;
  /** A session that stays, by our `sessionId`. */
  except?: string | undefined;
}

/** One session of a user, as the user is shown it. */
export interface ListedSession {
  /** Names it in a form; opens nothing. */
  id: string;
  /** Whether it is the one that asks. */
  current: boolean;
  userAgent: string | null;
  createdAt: Date;
  lastSeenAt: Date;
}

/**
 * Where sessions are kept. Both implementations throw DatabaseError, and nothing else, in an
 * outage.
 */
export interface SessionStore {
  /** How long a browser keeps the cookie, in seconds. */
  readonly cookieLifetime: number;
  /**
   * The session of a cookie, or its tombstone.
   *
   * @returns undefined where there is none, or it ended here; `unreadable` for a cookie that was
   *   tampered with or truncated; `foreign` for one that another app made, or this one with another
   *   secret or store
   */
  read(cookieValue: string): Promise<Session | "unreadable" | "foreign" | undefined>;
  /**
   * Keeps a session that begins.
   *
   * @param from the browser's User-Agent header
   * @returns the value of its cookie
   */
  begin(session: Session, from: { userAgent: string | null }): Promise<string>;
  /**
   * The cookie's value for a session as it is now.
   *
   * @param held what the browser has
   * @returns undefined where the browser keeps that
   */
  cookieFor(session: Session, held: string | undefined): Promise<string | undefined>;
  /**
   * Lets `use` have the refresh token to itself, in as many processes as share the store.
   *
   * @param use gets the newest that the store knows, returns what became of it, and is called once
   *   at most
   * @returns what `use` returned, also where the store could not take it yet: it keeps that, and
   *   writes it later. Undefined where the session has ended here; then `use` is not called
   * @throws DatabaseError before `use` was called; or what `use` throws
   */
  exclusively(
    session: Session,
    use: (newest: Session) => Promise<Session>,
  ): Promise<Session | undefined>;
  /**
   * Ends one session. @returns the newest tokens, to be revoked at Logto, unless the store knows
   * another session with that grant
   */
  end(session: Session): Promise<Session | undefined>;
  /**
   * Ends many.
   *
   * @param known those that this process knows
   * @returns those that it found, with their newest tokens, to be revoked as that of `end`
   */
  endAll(which: SessionFilter, known: Session[]): Promise<Session[]>;
  /**
   * The sessions of a session's user: that one first, then the last seen. None where only browsers
   * know of sessions.
   */
  list(session: Session): Promise<ListedSession[]>;
}
