import { z } from "zod";
import { db, hasDatabase, query } from "@/lib/database/client";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { toLogtoError } from "@/lib/logto/client";
import { checkEndpoints, nameFault } from "@/lib/logto/discovery-document";
import { patience } from "@/lib/logto/patient-fetch";
import { pause, shared } from "@/lib/shared";

/**
 * How long the database may take to answer, in milliseconds. Logto may take as long as wherever
 * else it is asked.
 */
const databasePatience = 2_000;
/**
 * How long a verdict is kept, in milliseconds: whoever asks more often asks neither of the two more
 * often.
 */
const keptFor = 5_000;
/**
 * How long the next one is waited for, in milliseconds, before the last one is told: probes give up
 * soon.
 */
const verdictPatience = 1_000;

interface Verdict {
  /** When it was asked for, in milliseconds. */
  at: number;
  asking: Promise<boolean> | undefined;
  last: boolean | undefined;
}

/**
 * Whether this process can do its work: the database answers, and the issuer's discovery document
 * is what it should be. Why not is in the log.
 *
 * @param now in milliseconds
 */
export async function isReady(now = Date.now()): Promise<boolean> {
  const verdict = shared("readiness", (): Verdict => ({
    at: -keptFor,
    asking: undefined,
    last: undefined,
  }));
  if (!verdict.asking && now - verdict.at >= keptFor) {
    verdict.at = now;
    verdict.asking = check().then((ready) => {
      Object.assign(verdict, { last: ready, asking: undefined });
      return ready;
    });
  }
  const { asking, last = false } = verdict;
  if (!asking) return last;
  return verdict.last === undefined
    ? asking
    : Promise.race([asking, pause(verdictPatience).then(() => last)]);
}

async function check(): Promise<boolean> {
  const [database, issuer] = await Promise.all([
    hasDatabase() ? reasonAgainst(query(db().$queryRaw`SELECT 1`, databasePatience)) : undefined,
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
  const document = z.record(z.string(), z.unknown()).parse(await response.json());
  const fault = nameFault(issuer, document);
  if (fault) throw new Error(fault);
  checkEndpoints(issuer, document);
}

const reasonAgainst = (answer: Promise<unknown>): Promise<string | undefined> =>
  answer.then(
    () => undefined,
    (error: unknown) => toLogtoError(error).message,
  );
