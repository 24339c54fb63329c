import { z } from "zod";
import { checkDatabase } from "@/lib/database/check";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { toLogtoError } from "@/lib/logto/client";
import { checkEndpoints, issuerMismatch } from "@/lib/logto/discovery-document";
import { logtoTimeout } from "@/lib/logto/fetch-with-retry";
import { pause } from "@/lib/pause";
import { processWide } from "@/lib/process-wide";

/**
 * How long a result is cached, in milliseconds. Frequent health checks do not cause more requests
 * to the database or Logto.
 */
const cacheLifetime = 5_000;
/**
 * How long to wait for a new result before returning the last one, in milliseconds. Probes have
 * short timeouts.
 */
const staleAfter = 1_000;

interface Readiness {
  /** When the last check started, in milliseconds since 1970. */
  at: number;
  running: Promise<boolean> | undefined;
  lastResult: boolean | undefined;
}

/**
 * Whether this process can work: the database responds, and the issuer's discovery document is
 * valid. If not, the reason is in the log.
 *
 * @param now in milliseconds
 */
export async function isReady(now = Date.now()): Promise<boolean> {
  const readiness = processWide("readiness", (): Readiness => ({
    at: -cacheLifetime,
    running: undefined,
    lastResult: undefined,
  }));
  if (!readiness.running && now - readiness.at >= cacheLifetime) {
    readiness.at = now;
    readiness.running = check().then((ready) => {
      Object.assign(readiness, { lastResult: ready, running: undefined });
      return ready;
    });
  }
  const { running, lastResult = false } = readiness;
  if (!running) return lastResult;
  return readiness.lastResult === undefined
    ? running
    : Promise.race([running, pause(staleAfter).then(() => lastResult)]);
}

async function check(): Promise<boolean> {
  const reasons = await Promise.all(
    Object.entries(checks).map(async ([name, run]) => [name, await failureReason(run())] as const),
  );
  const ready = reasons.every(([, reason]) => reason === undefined);
  if (!ready) log.error("not ready", Object.fromEntries(reasons));
  return ready;
}

/** What this process needs, by the name that the log has for it. */
const checks = {
  database: checkDatabase,
  issuer: checkIssuer,
};

/** Fetches the discovery document without the cache that sign-in uses. */
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

const failureReason = (attempt: Promise<unknown>): Promise<string | undefined> =>
  attempt.then(
    () => undefined,
    (error: unknown) => toLogtoError(error).message,
  );
