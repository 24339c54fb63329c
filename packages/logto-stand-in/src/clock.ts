import type { Middleware } from "koa";
import { z } from "zod";
import type { Settings } from "./settings.js";

/**
 * Returns the server's time in milliseconds since the epoch: this machine's time plus
 * `settings.clockSkew` seconds.
 */
export type Clock = () => number;

export function createClock(settings: Settings): Clock {
  return () => Date.now() + settings.clockSkew * 1000;
}

interface Times {
  iat?: unknown;
  exp?: unknown;
  iiat?: unknown;
  loginTs?: unknown;
  authTime?: unknown;
  auth_time?: unknown;
}

/**
 * Returns a copy of `payload` with its times moved by `seconds`. The library reads `Date.now()` and
 * takes no other clock, so it works in this machine's time. Every time that enters or leaves the
 * library is therefore moved: in what it stores, what it signs and what it returns.
 */
export function moveTimes<T extends Times>(payload: T, seconds: number): T {
  const moved = { ...payload };
  for (const name of ["iat", "exp", "iiat", "loginTs", "authTime", "auth_time"] as const) {
    const value = payload[name];
    if (typeof value === "number") Object.assign(moved, { [name]: value + seconds });
  }
  return moved;
}

const introspectionResponse = z.looseObject({});

/**
 * Middleware that sets the server's time in the Date header and in introspection responses.
 *
 * @internal
 */
export function showServerTime(clock: Clock, settings: Settings): Middleware {
  return async (ctx, next) => {
    await next();
    ctx.set("Date", new Date(clock()).toUTCString());
    if (ctx.path !== "/token/introspection" || ctx.status !== 200) return;
    ctx.body = moveTimes(introspectionResponse.parse(ctx.body), settings.clockSkew);
  };
}
