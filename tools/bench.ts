import { readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { decode, encode } from "next-auth/jwt";
import { decodeSession, encodeSession } from "../lib/session/stores/codec";
import type { Session } from "../lib/session/model/session";
import { start } from "../dev/children.mjs";
import { buildBenchCopy } from "./builds";
import { firstLoad, writeEmptyApp } from "./first-load";
import { nextFreePort } from "../dev/ports";
import { createMeter, median, rate } from "./meter";
import { print } from "../dev/terminal.mjs";
import { build } from "../tests/e2e/builds";
import { nextFor } from "../tests/e2e/servers";

const secret = "a-secret-that-only-the-benchmark-uses";
const salt = "authjs.session-token";
const lifetime = 7 * 24 * 3600;

/** A session of typical size: twenty claims and two opaque tokens. */
function session(): Session {
  const now = Math.floor(Date.now() / 1000);
  const claims = Object.fromEntries(
    Array.from({ length: 20 }, (_, i) => [`claim_${i}`, "x".repeat(40)]),
  );
  return {
    subject: "k3v9t2m8qx1a",
    startedAt: now,
    sessionId: crypto.randomUUID(),
    version: 0,
    claims: { sub: "k3v9t2m8qx1a", name: "Alice Kim", ...claims },
    accessToken: "a".repeat(43),
    expiresAt: now + 3600,
    expiresIn: 3600,
    refreshToken: "r".repeat(43),
    exp: now + lifetime,
  };
}

const numbers = (): number[] => [];

async function benchCodec(): Promise<void> {
  const auth = async () => {
    const value = await encode({ token: { ...session() }, secret, salt, maxAge: lifetime });
    await decode({ token: value, secret, salt });
  };
  const read = async (value: string) => {
    const token = await decodeSession(value, [secret], salt);
    if (!token) throw new Error("the session was not read");
    return token;
  };
  // Encoded by Auth.js, so that none of them is in the codec's cache.
  const foreign = Array.from({ length: 4_000 }, () =>
    encode({ token: { ...session() }, secret, salt, maxAge: lifetime }),
  );
  const values = await Promise.all(foreign);
  let next = 0;
  const cold = async () => {
    await encodeSession(session(), [secret], salt);
    await read(values[next++ % values.length] ?? "");
  };
  const cached = await encodeSession(session(), [secret], salt);
  const rounds = [1, 2, 3, 4, 5];
  const results = { auth: numbers(), cold: numbers(), warm: numbers() };
  for (const _ of rounds) {
    results.auth.push(await rate(auth, 600));
    results.cold.push(await rate(cold, 600));
    results.warm.push(
      await rate(async () => encodeSession(await read(cached), [secret], salt), 200),
    );
  }
  const ratio = (one: number[]) => (median(one) / median(results.auth)).toFixed(1);
  print(
    `encode + decode of a session that is not cached     ${ratio(results.cold)} × Auth.js's own`,
  );
  print(
    `decode + encode of a cached, unchanged session      ${ratio(results.warm)} × Auth.js's own`,
  );
}

async function benchPages(root: string): Promise<void> {
  const folder = await buildBenchCopy("bench");
  const port = await nextFreePort(3900);
  const server = start(process.execPath, [nextFor(folder), "start", "--port", String(port)], {
    cwd: folder,
    env: {
      AUTH_SECRET: secret,
      AUTH_URL: `http://localhost:${port}`,
      AUTH_LOGTO_ID: "bench",
      AUTH_LOGTO_SECRET: "bench",
      AUTH_LOGTO_ISSUER: "http://localhost:9/oidc",
    },
  });
  const cookie = `${salt}=${await encodeSession(session(), [secret], salt)}`;
  const meter = createMeter(`http://localhost:${port}`, cookie);
  while ((await meter.get("/bench/plain").catch(() => 0)) !== 200)
    await new Promise((resolve) => setTimeout(resolve, 100));
  if ((await meter.get("/dashboard/bench")) !== 200)
    throw new Error("the guarded page did not accept the session");
  const routes = { plain: "/bench/plain", next: "/bench/next", guarded: "/dashboard/bench" };
  for (const route of Object.values(routes)) await meter.warmUp(route);
  const costs = { plain: numbers(), next: numbers(), guarded: numbers() };
  for (let round = 0; round < 9; round += 1) {
    costs.plain.push(await meter.costOf(routes.plain));
    costs.next.push(await meter.costOf(routes.next));
    costs.guarded.push(await meter.costOf(routes.guarded));
  }
  const plain = median(costs.plain);
  const against = (cost: number[]) =>
    `${(plain / median(cost)).toFixed(2)}  (${plain.toFixed(0)} and ${median(cost).toFixed(0)} µs)`;
  print(`CPU of a page without middleware, divided by that of …`);
  print(`… the same behind a middleware that does nothing    ${against(costs.next)}`);
  print(`… the same with this middleware, session and guard  ${against(costs.guarded)}`);
  meter.close();
  const load = async (route: string) => {
    const page = await fetch(`http://localhost:${port}${route}`, {
      headers: { cookie },
      redirect: "error",
    });
    return firstLoad(folder, await page.text());
  };
  await printFirstLoads(root, { "/": await load("/"), "/dashboard": await load("/dashboard") });
  await server.stop();
}

/** @param loads first-load JavaScript of pages, in bytes */
async function printFirstLoads(root: string, loads: Record<string, number>): Promise<void> {
  const folder = path.join(root, ".data/bench-empty");
  writeEmptyApp(root, folder);
  print("Building an empty app …");
  await build("an empty app", folder);
  const html = readFileSync(path.join(folder, ".next/server/app/index.html"), "utf8");
  const empty = firstLoad(folder, html);
  const kB = (bytes: number) => `${(bytes / 1024).toFixed(1)} KB`;
  for (const [route, bytes] of Object.entries(loads)) {
    print(
      `first-load JavaScript of ${route.padEnd(25)} ${kB(bytes)} gzipped, ${kB(bytes - empty)} more than an empty app's ${kB(empty)}`,
    );
  }
}

/**
 * `npm run bench`: prints what sessions cost, as ratios within one run, and how much JavaScript
 * pages load. Has no thresholds.
 *
 * @param root the project's folder
 * @returns the exit code
 */
export async function bench(root: string): Promise<number> {
  await benchCodec();
  await benchPages(root);
  return 0;
}
