import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { start } from "../../dev/children.mjs";
import { startIdentity } from "../../dev/identity/server";
import { appClient, appVariables } from "../../dev/stand-in";
import { expect, test } from "./fixtures";
import { openStorage } from "./modes";
import { freePort } from "./servers";
import { signInByHand, signOut } from "./steps";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Whoever runs the tests as root has somebody else run the server: `nobody`, as on every Linux. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** What the Dockerfile's build stage starts from, and what is left out of it. */
const isSource = (file: string) =>
  !/^(node_modules|generated|\.git|\.data|\.next|\.vercel|test-results|\.env\..*|\.env)$/.test(file) ||
  file === ".env.example";

const inner = ".data/standalone";

/** Builds as the Dockerfile does. @returns a folder with nothing but what the image has; the server's is `inner` */
async function buildImage(): Promise<string> {
  const build = path.join(root, inner);
  rmSync(build, { recursive: true, force: true });
  for (const file of readdirSync(root).filter(isSource))
    cpSync(path.join(root, file), path.join(build, file), { recursive: true });
  // Next.js takes the folder of the lock file, where node_modules is, for the root of what it copies.
  rmSync(path.join(build, "package-lock.json"));
  for (const command of [
    ["prisma/build/index.js", "generate", "--no-hints"],
    ["next/dist/bin/next", "build"],
  ]) {
    const [script = "", ...args] = command;
    const child = start(process.execPath, [path.join(root, "node_modules", script), ...args], {
      cwd: build,
      env: { BUILD_STANDALONE: "1", NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" },
    });
    if ((await child.exited) !== 0) throw new Error(child.output());
  }
  const image = mkdtempSync(path.join(tmpdir(), "image-"));
  chmodSync(image, 0o755);
  // As Docker copies: Node.js would make absolute links of relative ones, back to the build.
  cpSync(path.join(build, ".next/standalone"), image, { recursive: true, verbatimSymlinks: true });
  cpSync(path.join(build, ".next/static"), path.join(image, inner, ".next/static"), { recursive: true });
  rmSync(build, { recursive: true });
  return image;
}

test("the server that the Docker image has signs in and out, unprivileged and away from the sources", async ({
  page,
}) => {
  // With a build.
  test.setTimeout(600_000);
  const image = await buildImage();
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const storage = await openStorage("database", "embedded");
  const identity = await startIdentity({ port: 0, control: true, clients: [appClient(url)] });
  const server = spawn(process.execPath, ["server.js"], {
    cwd: path.join(image, inner),
    ...nobody,
    stdio: "ignore",
    env: {
      PORT: String(port),
      HOSTNAME: "127.0.0.1",
      NODE_ENV: "production",
      AUTH_URL: url,
      AUTH_SECRET: "a-secret-of-more-than-32-characters",
      ...storage.variables,
      ...appVariables(identity.issuer),
    },
  });
  const ended = once(server, "exit");
  try {
    const health = async () => (await fetch(`${url}/api/health`)).status;
    await expect.poll(() => health().catch(() => 0)).toBe(200);
    expect((await fetch(`${url}/api/health/ready`)).status).toBe(200);
    await signInByHand(page, "alice", `${url}/dashboard`);
    await page.goto(url);
    await signOut(page);
  } finally {
    await page.close();
    server.kill("SIGTERM");
    const [code] = z.tuple([z.number().nullable(), z.unknown()]).parse(await ended);
    await identity.close();
    await storage.close();
    rmSync(image, { recursive: true, force: true });
    expect(code, "ended in order").toBe(143);
  }
});
