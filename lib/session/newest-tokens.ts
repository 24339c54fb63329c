import { DatabaseError, hasDatabase, isDown } from "@/lib/db";
import { env } from "@/lib/env";
import { LogtoError } from "@/lib/logto/errors";
import type { SessionState } from "./renewal";
import { readRevocations } from "./revocations";
import { fromRow, lockRow, saveLater, toColumns } from "./rows";
import { isNewer } from "./session-token";

/**
 * Does what uses a session's refresh token while no other process of the cluster does, with the newest tokens that any of
 * them got, and stores what became of them. Without a database it just does it.
 *
 * @param use does nothing where the session turns out to have ended
 * @throws LogtoError `unavailable`, with the DatabaseError as its cause, where the row can't be had. In strategy `jwt` that
 *   is while the database is slow, as another process may be using the same refresh token. When it is down, this goes on
 *   without the row: the cookie has the tokens, too.
 */
export async function withNewestTokens<T>(state: SessionState, use: () => Promise<T>): Promise<T> {
  const goesWithout = () => env().AUTH_SESSION_STRATEGY === "jwt" && isDown();
  if (!hasDatabase()) return use();
  if (goesWithout()) return useAlone(state, use);
  // Kept outside: what was used is used, whether or not the transaction can be completed.
  const done: { use?: PromiseSettledResult<T> } = {};
  try {
    await lockRow(state.token.sid, async (row, save) => {
      // Signed out by another process, or of a time when there was no database or another one.
      if (!row) return;
      const kept = await fromRow(row);
      // Ended by older tokens than ours: a process that could not have known of these.
      state.ended = kept.ended && state.token.generation <= kept.token.generation;
      if (isNewer(kept.token, state.token)) state.token = kept.token;
      const before = state.token;
      [done.use] = await Promise.allSettled([use()]);
      if (state.ended) await save({ endedAt: new Date(), sealedTokens: null });
      else if (state.token !== before || isNewer(before, kept.token))
        await save(await toColumns(state.token));
    });
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    if (!done.use && goesWithout()) return useAlone(state, use);
    if (!done.use) throw new LogtoError("unavailable", "the database does not answer", { cause: error });
    void saveLater(state.token);
  }
  if (done.use?.status === "fulfilled") return done.use.value;
  if (done.use) throw done.use.reason;
  state.ended = true;
  await readRevocations();
  return use();
}

/** In an outage, with the tokens in the cookie. The row gets to know of the new ones when it is over. */
async function useAlone<T>(state: SessionState, use: () => Promise<T>): Promise<T> {
  const before = state.token;
  try {
    return await use();
  } finally {
    if (state.token !== before) void saveLater(state.token);
  }
}
