import { z } from "zod";
import { db, hasDatabase, query } from "@/lib/database/client";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { toLogtoError } from "@/lib/logto/client";
import { shared } from "@/lib/shared";

/** How long the database or the issuer may take to answer, in milliseconds. */
const patience = 2_000;
/** How long a verdict is kept, in milliseconds: whoever asks more often asks neither of the two more often. */
const keptFor = 5_000;

/**
 * Whether this process can do its work: the database answers, and the issuer's discovery document is what it should be. Why
 * not is in the log.
 *
 * @param now in milliseconds
 */
export function isReady(now = Date.now()): Promise<boolean> {
  const verdict = shared("readiness", () => ({ at: -keptFor, ready: Promise.resolve(false) }));
  if (now - verdict.at >= keptFor) Object.assign(verdict, { at: now, ready: check() });
  return verdict.ready;
}

async function check(): Promise<boolean> {
  const [database, issuer] = await Promise.all([
    hasDatabase() ? reasonAgainst(query(db().$queryRaw`SELECT 1`, patience)) : undefined,
    reasonAgainst(askIssuer()),
  ]);
  const ready = !database && !issuer;
  if (!ready) log.error("not ready", { database, issuer });
  return ready;
}

/** The discovery document itself, and not the one that is kept for signing in. */
async function askIssuer(): Promise<void> {
  const { AUTH_LOGTO_ISSUER: issuer } = env();
  const url = `${issuer}/.well-known/openid-configuration`;
  const response = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(patience) });
  z.object({ issuer: z.literal(issuer) }).parse(await response.json());
}

const reasonAgainst = (answer: Promise<unknown>): Promise<string | undefined> =>
  answer.then(
    () => undefined,
    (error: unknown) => (error instanceof z.ZodError ? "names another issuer" : toLogtoError(error).message),
  );
