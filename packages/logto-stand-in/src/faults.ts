import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "koa";
import { z } from "zod";
import { logtoError } from "./error-bodies.js";

const endpoints = [
  "discovery",
  "authorization",
  "token",
  "userinfo",
  "jwks",
  "revocation",
  "introspection",
  "end_session",
  "pushed_authorization_request",
] as const;
export type Endpoint = (typeof endpoints)[number];

const milliseconds = z.number().nonnegative();

export const faultSchema = z.strictObject({
  endpoint: z.enum(endpoints),
  /** Token endpoint only: the affected grant_type. Absent: all of them. */
  grant: z.string().optional(),
  /** `before`: the server does not act. `after`: it acts, then the fault replaces its response. */
  when: z.enum(["before", "after"]),
  /**
   * `hang` never responds; it ends when the client disconnects. Every kind first waits `delayMs`.
   */
  kind: z.enum(["delay", "status", "drop", "html", "truncated", "hang"]),
  status: z.int().min(400).max(599).default(500),
  /** OAuth error code, for `status`. */
  error: z.string().default("server_error"),
  /** Milliseconds, or a range for a random delay. */
  delayMs: z.union([milliseconds, z.tuple([milliseconds, milliseconds])]).default(0),
  /** How many requests it affects. Absent: all, until the faults are cleared. */
  times: z.int().positive().optional(),
});
export type Fault = z.infer<typeof faultSchema>;

/**
 * Responds to a request with a fault. `act` is what the server would have done without it.
 *
 * @internal
 */
export async function respondWithFault(
  fault: Fault,
  ctx: Context,
  act: () => Promise<void>,
): Promise<void> {
  if (fault.when === "after") await act();
  await sleep(duration(fault), undefined, { ref: false });
  switch (fault.kind) {
    case "delay":
      return fault.when === "before" ? act() : undefined;
    case "hang":
      ctx.respond = false;
      if (!ctx.res.closed) await once(ctx.res, "close");
      return;
    case "drop":
      ctx.respond = false;
      ctx.req.socket.destroy();
      return;
    case "status":
      return replaceResponse(
        ctx,
        fault.status,
        "application/json",
        JSON.stringify(logtoError(fault.error)),
      );
    case "html":
      return replaceResponse(
        ctx,
        200,
        "text/html",
        "<!doctype html><title>Gateway</title><h1>It works</h1>",
      );
    case "truncated": {
      const whole =
        fault.when === "after" ? JSON.stringify(ctx.body) : '{"message":"this object has no end"}';
      return replaceResponse(ctx, 200, "application/json", whole.slice(0, whole.length / 2));
    }
  }
}

function duration({ delayMs }: Fault): number {
  if (typeof delayMs === "number") return delayMs;
  const [min, max] = delayMs;
  return min + Math.random() * (max - min);
}

function replaceResponse(ctx: Context, status: number, type: string, body: string): void {
  ctx.remove("Location");
  ctx.status = status;
  ctx.body = body;
  ctx.type = type;
}
