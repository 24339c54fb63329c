import type { Session } from "../model/session";

/** Selects sessions to end. All given conditions must match. */
export interface SessionFilter {
  subject?: string | undefined;
  /** Id of a session at Logto: all our sessions that began in it. */
  logtoSessionId?: string | undefined;
  /** Id of a row, as the list of sessions shows it. */
  rowId?: string | undefined;
  /** Only sessions that began up to this time; in milliseconds, by Logto's clock. */
  before?: number | undefined;
  /** Not the session with this `sessionId`. */
  except?: string | undefined;
}

/**
 * Stores sessions. The row store throws DatabaseError if the database does not respond; the cookie
 * store needs no database.
 */
export interface SessionStore {
  /**
   * Whether the cookie contains the session, so that only a response to the browser can change it.
   * Otherwise the server can change it at any time, and the cookie stays the same.
   */
  readonly isInCookie: boolean;
  /** Lifetime of the cookie in the browser, in seconds. */
  readonly cookieLifetime: number;
  /**
   * Reads the session of a cookie. It may be a tombstone.
   *
   * @returns undefined if there is none or it was ended here; `unreadable` for a cookie that was
   *   tampered with or truncated; `foreign` for one of another app, another secret or the other
   *   store
   */
  read(cookieValue: string): Promise<Session | "unreadable" | "foreign" | undefined>;
  /**
   * Stores a new session.
   *
   * @param from the browser's User-Agent header
   * @returns the value of its cookie
   */
  begin(session: Session, from: { userAgent: string | null }): Promise<string>;
  /**
   * The cookie value for a session that may have changed.
   *
   * @param held the cookie value in the browser
   * @returns undefined if the browser needs no new cookie
   */
  cookieFor(session: Session, held: string | undefined): Promise<string | undefined>;
  /**
   * Runs `use` with the newest copy of a session. The row store locks the row, so that no other
   * process does so at the same time. The cookie store has no lock; within a process
   * `withRefreshToken` calls one after another.
   *
   * @param use gets the newest copy in the store, returns the changed session; called at most once
   * @returns what `use` returned. If the store can't write it now, it stays in memory and is
   *   written later. Undefined if the session was ended here; `use` is then not called
   * @throws DatabaseError before `use` is called; or what `use` throws
   */
  exclusively(
    session: Session,
    use: (newest: Session) => Promise<Session>,
  ): Promise<Session | undefined>;
  /**
   * Ends one session.
   *
   * @returns the copy with the newest tokens, for revoking the grant; undefined if the session was
   *   gone already, or another session uses the same grant
   */
  end(session: Session): Promise<Session | undefined>;
  /**
   * Ends several sessions.
   *
   * @param known matching sessions in the memory of this process
   * @returns the sessions that it found, with their newest tokens, as `end` does
   */
  endAll(which: SessionFilter, known: Session[]): Promise<Session[]>;
}
