import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "koa";
import { z } from "zod";
import { logtoError } from "./error-bodies";

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
  /** Token endpoint only: the grant_type that it is for. Absent: every one. */
  grant: z.string().optional(),
  /** `before`: the server does not act. `after`: it acts, and then its answer is spoiled. */
  when: z.enum(["before", "after"]),
  /** `hang` never answers, until the client leaves. Every kind waits for `delayMs` first. */
  kind: z.enum(["delay", "status", "drop", "html", "truncated", "hang"]),
  status: z.int().min(400).max(599).default(500),
  /** OAuth error code, for `status`. */
  error: z.string().default("server_error"),
  /** Milliseconds, or a range to draw from. */
  delayMs: z.union([milliseconds, z.tuple([milliseconds, milliseconds])]).default(0),
  /** How often. Absent: until faults are cleared. */
  times: z.int().positive().optional(),
});
export type Fault = z.infer<typeof faultSchema>;

/** Answers a request with a fault; `act` is what the server would have done. */
export async function answerWithFault(
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
      return replaceAnswer(
        ctx,
        fault.status,
        "application/json",
        JSON.stringify(logtoError(fault.error)),
      );
    case "html":
      return replaceAnswer(
        ctx,
        200,
        "text/html",
        "<!doctype html><title>Gateway</title><h1>It works</h1>",
      );
    case "truncated": {
      const whole =
        fault.when === "after" ? JSON.stringify(ctx.body) : '{"message":"this object has no end"}';
      return replaceAnswer(ctx, 200, "application/json", whole.slice(0, whole.length / 2));
    }
  }
}

function duration({ delayMs }: Fault): number {
  if (typeof delayMs === "number") return delayMs;
  const [least, most] = delayMs;
  return least + Math.random() * (most - least);
}

function replaceAnswer(ctx: Context, status: number, type: string, body: string): void {
  ctx.remove("Location");
  ctx.status = status;
  ctx.body = body;
  ctx.type = type;
}
