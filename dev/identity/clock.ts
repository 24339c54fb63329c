import type { Middleware } from "koa";
import { z } from "zod";
import type { Settings } from "./settings";

/**
 * The server's own time, in milliseconds since the epoch: this machine's, off by
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
 * A copy of `payload` with its times moved by `seconds`. The library asks `Date.now()` for the time
 * and can't be told another, so it lives in this machine's time, and every time that leaves it or
 * enters it is moved: in what it stores, in what it signs, and in what it answers.
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

/** Shows the server's time in the Date header and at introspection. */
export function showServerTime(clock: Clock, settings: Settings): Middleware {
  return async (ctx, next) => {
    await next();
    ctx.set("Date", new Date(clock()).toUTCString());
    if (ctx.path !== "/token/introspection" || ctx.status !== 200) return;
    ctx.body = moveTimes(introspectionResponse.parse(ctx.body), settings.clockSkew);
  };
}
