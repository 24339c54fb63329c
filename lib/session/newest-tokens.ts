import { isDatabaseError } from "@/lib/db";
import { usesRows } from "@/lib/env";
import { LogtoError } from "@/lib/logto/errors";
import type { SessionState } from "./renewal";
import { fromRow, lockRow, saveLater, toColumns } from "./rows";
import { isNewer } from "./session-token";

/**
 * Does what uses a session's refresh token. Where sessions are rows, no other process of the cluster does so meanwhile, and it
 * begins with the newest tokens that any of them got, and stores what became of them.
 *
 * @param use does nothing where the session turns out to have ended
 * @throws LogtoError `unavailable`, with the DatabaseError as its cause, where the row can't be locked
 */
export async function withNewestTokens<T>(state: SessionState, use: () => Promise<T>): Promise<T> {
  if (!usesRows()) return use();
  // Kept outside: what was used is used, whether or not the transaction can be completed.
  const done: { use?: PromiseSettledResult<T> } = {};
  try {
    await lockRow(state.token.sid, async (row, save) => {
      // Signed out by another process.
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
    if (!isDatabaseError(error)) throw error;
    if (!done.use) throw new LogtoError("unavailable", "the database does not answer", { cause: error });
    void saveLater(state.token);
  }
  if (done.use?.status === "fulfilled") return done.use.value;
  if (done.use) throw done.use.reason;
  state.ended = true;
  return use();
}
