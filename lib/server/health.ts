import { z } from "zod";
import { db, hasDatabase, query } from "@/lib/database/client";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { toLogtoError } from "@/lib/logto/client";
import { checkEndpoints, issuerMismatch } from "@/lib/logto/discovery-document";
import { logtoTimeout } from "@/lib/logto/fetch-with-retry";
import { pause } from "@/lib/pause";
import { processWide } from "@/lib/process-wide";

/**
 * How long the database may take to answer, in milliseconds. Logto may take as long as wherever
 * else it is asked.
 */
const databaseTimeout = 2_000;
/**
 * How long a verdict is kept, in milliseconds: whoever asks more often asks neither of the two more
 * often.
 */
const cacheLifetime = 5_000;
/**
 * How long the next one is waited for, in milliseconds, before the last one is told: probes give up
 * soon.
 */
const staleAfter = 1_000;

interface Readiness {
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
  const readiness = processWide("readiness", (): Readiness => ({
    at: -cacheLifetime,
    asking: undefined,
    last: undefined,
  }));
  if (!readiness.asking && now - readiness.at >= cacheLifetime) {
    readiness.at = now;
    readiness.asking = check().then((ready) => {
      Object.assign(readiness, { last: ready, asking: undefined });
      return ready;
    });
  }
  const { asking, last = false } = readiness;
  if (!asking) return last;
  return readiness.last === undefined
    ? asking
    : Promise.race([asking, pause(staleAfter).then(() => last)]);
}

async function check(): Promise<boolean> {
  const [database, issuer] = await Promise.all([
    hasDatabase() ? failureReason(query(db().$queryRaw`SELECT 1`, databaseTimeout)) : undefined,
    failureReason(checkIssuer()),
  ]);
  const ready = !database && !issuer;
  if (!ready) log.error("not ready", { database, issuer });
  return ready;
}

/** The discovery document itself, and not the one that is kept for signing in. */
async function checkIssuer(): Promise<void> {
  const { AUTH_LOGTO_ISSUER: issuer } = env();
  const url = `${issuer}/.well-known/openid-configuration`;
  const response = await fetch(url, {
    cache: "no-store",
    signal: AbortSignal.timeout(logtoTimeout),
  });
  const document = z.record(z.string(), z.unknown()).parse(await response.json());
  const fault = issuerMismatch(issuer, document);
  if (fault) throw new Error(fault);
  checkEndpoints(issuer, document);
}

const failureReason = (answer: Promise<unknown>): Promise<string | undefined> =>
  answer.then(
    () => undefined,
    (error: unknown) => toLogtoError(error).message,
  );
