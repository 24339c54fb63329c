import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import process from "node:process";
import { decode, encode } from "next-auth/jwt";
import { z } from "zod";
import { decodeSession, encodeSession } from "../lib/session/stores/codec";
import type { Session } from "../lib/session/model/session";
import { sources } from "../tests/run/built";
import { start } from "../dev/children.mjs";
import { ensureGenerated } from "../dev/database/generate";
import { firstLoad, writeEmptyApp } from "./first-load";
import { nextFreePort } from "../dev/ports";
import { print } from "../dev/terminal.mjs";

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
const median = (values: number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Measures operations per second, for `ms` milliseconds, `parallel` at a time. */
async function rate(operation: () => Promise<unknown>, ms: number, parallel = 1): Promise<number> {
  let count = 0;
  const startedAt = performance.now();
  const work = async () => {
    for (; performance.now() - startedAt < ms; count += 1) await operation();
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return (count * 1000) / (performance.now() - startedAt);
}

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

const page = (head: string, guard: string) => `${head}
export const dynamic = "force-dynamic";
export default async function Page() {
  ${guard}
  return <main><h1>Benchmark</h1><p>{process.pid}</p></main>;
}
`;

const nextIn = (root: string) => path.join(root, "node_modules/next/dist/bin/next");

async function build(root: string, folder: string): Promise<void> {
  const run = start(process.execPath, [nextIn(root), "build"], { cwd: folder });
  if ((await run.exited) !== 0) throw new Error(run.output());
}

/** Takes `bench/next` to a middleware that does nothing, `bench/plain` past all middleware. */
function bypass(middleware: string): string {
  return middleware
    .replace("(?!api/auth/", "(?!bench/plain|bench/cpu|api/auth/")
    .replace(
      /(export async function middleware.*\{\n)/,
      '$1  if (request.nextUrl.pathname === "/bench/next") return NextResponse.next();\n',
    )
    .replace("import type { NextRequest }", "import { NextResponse, type NextRequest }");
}

/** Builds a copy of the app with the same page three times, once of them guarded. */
async function buildCopy(root: string): Promise<string> {
  const folder = path.join(root, ".data/bench");
  rmSync(folder, { recursive: true, force: true });
  await ensureGenerated(root);
  // There may be no `public` folder.
  for (const name of [...sources, "generated"].filter((each) => existsSync(path.join(root, each))))
    cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  const write = (route: string, content: string, file = "page.tsx") => {
    mkdirSync(path.join(folder, "app", route), { recursive: true });
    writeFileSync(path.join(folder, "app", route, file), content);
  };
  write("bench/plain", page("", ""));
  write("bench/next", page("", ""));
  const head = 'import { requireSession } from "@/lib/session/guards";';
  write("dashboard/bench", page(head, "await requireSession();"));
  const cpu =
    'export const dynamic = "force-dynamic";\nexport const GET = () => Response.json(process.cpuUsage());\n';
  write("bench/cpu", cpu, "route.ts");
  const middleware = path.join(folder, "middleware.ts");
  writeFileSync(middleware, bypass(readFileSync(middleware, "utf8")));
  print("Building a copy of the app …");
  await build(root, folder);
  return folder;
}

async function benchPages(root: string): Promise<void> {
  const folder = await buildCopy(root);
  const port = await nextFreePort(3900);
  const server = start(process.execPath, [nextIn(root), "start", "--port", String(port)], {
    cwd: folder,
    env: {
      AUTH_SECRET: secret,
      AUTH_URL: `http://localhost:${port}`,
      AUTH_LOGTO_ID: "bench",
      AUTH_LOGTO_SECRET: "bench",
      AUTH_LOGTO_ISSUER: "http://localhost:9/oidc",
    },
  });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
  const cookie = `${salt}=${await encodeSession(session(), [secret], salt)}`;
  const get = (route: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const request = http.get(
        { host: "localhost", port, path: route, agent, headers: { cookie } },
        (response) => {
          response.resume().on("end", () => resolve(response.statusCode));
        },
      );
      request.on("error", reject);
    });
  while ((await get("/bench/plain").catch(() => 0)) !== 200)
    await new Promise((resolve) => setTimeout(resolve, 100));
  if ((await get("/dashboard/bench")) !== 200)
    throw new Error("the guarded page did not accept the session");
  const usage = z.object({ user: z.number(), system: z.number() });
  /** The server's CPU time so far, in microseconds. */
  const cpuTime = async () => {
    const { user, system } = usage.parse(
      await (await fetch(`http://localhost:${port}/bench/cpu`)).json(),
    );
    return user + system;
  };
  /** The CPU time of one request, in microseconds. */
  const costOf = async (route: string) => {
    const before = await cpuTime();
    const count = 600;
    let left = count;
    const work = async () => {
      while (left-- > 0) await get(route);
    };
    await Promise.all(Array.from({ length: 16 }, work));
    return ((await cpuTime()) - before) / count;
  };
  const routes = { plain: "/bench/plain", next: "/bench/next", guarded: "/dashboard/bench" };
  for (const route of Object.values(routes)) await rate(() => get(route), 2_000, 16);
  const costs = { plain: numbers(), next: numbers(), guarded: numbers() };
  for (let round = 0; round < 9; round += 1) {
    costs.plain.push(await costOf(routes.plain));
    costs.next.push(await costOf(routes.next));
    costs.guarded.push(await costOf(routes.guarded));
  }
  const plain = median(costs.plain);
  const against = (cost: number[]) =>
    `${(plain / median(cost)).toFixed(2)}  (${plain.toFixed(0)} and ${median(cost).toFixed(0)} µs)`;
  print(`CPU of a page without middleware, divided by that of …`);
  print(`… the same behind a middleware that does nothing    ${against(costs.next)}`);
  print(`… the same with this middleware, session and guard  ${against(costs.guarded)}`);
  agent.destroy();
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
  await build(root, folder);
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
