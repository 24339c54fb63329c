import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { startLogto } from "../../packages/logto-stand-in/src/server";
import type { Variables } from "../../dev/environment";
import { appClient, appVariables } from "../../dev/stand-in";
import { buildCopy, withFolder } from "./builds";
import { walkBehindProxy } from "./behind-proxy";
import { expect, modes } from "./fixtures";
import { startNginx } from "./nginx";
import { freePort, withoutLocalVariables } from "./servers";
import { signInByHand, signOut } from "./steps";

/** If root runs the tests, the server runs as `nobody`, a user that every Linux has. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** The server's folder in the image. */
const inner = ".data/standalone";

/** Builds as the Dockerfile does. @returns a folder with nothing but the image's files */
async function buildImage(): Promise<string> {
  const build = await buildCopy(path.basename(inner), { env: { BUILD_STANDALONE: "1" } });
  const image = mkdtempSync(path.join(tmpdir(), "image-"));
  chmodSync(image, 0o755);
  // Keeps relative links as Docker does. Node.js would make them absolute, back to the build.
  cpSync(path.join(build, ".next/standalone"), image, { recursive: true, verbatimSymlinks: true });
  cpSync(path.join(build, ".next/static"), path.join(image, inner, ".next/static"), {
    recursive: true,
  });
  rmSync(build, { recursive: true });
  return image;
}

const test = withFolder(buildImage);

/**
 * Starts a stand-in, and the image's command, and waits until the server responds.
 *
 * @param url the address that browsers use
 * @returns the stand-in's origin, and a function that stops both and returns the exit code
 */
async function startServer(folder: string, port: number, url: string, env: Variables) {
  const identity = await startLogto({ port: 0, control: true, clients: [appClient(url)] });
  const server = spawn(process.execPath, ["server.js"], {
    cwd: path.join(folder, inner),
    ...nobody,
    stdio: "ignore",
    env: {
      ...withoutLocalVariables(),
      ...appVariables(identity.issuer),
      PORT: String(port),
      NODE_ENV: "production",
      AUTH_SECRET: "a-secret-of-more-than-32-characters",
      ...env,
    },
  });
  const ended = once(server, "exit");
  const health = async () => (await fetch(`http://127.0.0.1:${port}/api/health`)).status;
  await expect.poll(() => health().catch(() => 0)).toBe(200);
  const stop = async () => {
    server.kill("SIGTERM");
    const [code]: unknown[] = await ended;
    await identity.close();
    return code;
  };
  return { logto: identity.endpoint, stop };
}

for (const [mode, openStorage] of Object.entries(modes))
  test(`the Docker image's server signs users in and out, unprivileged and without the sources, mode ${mode}`, async ({
    folder,
    page,
  }) => {
    const port = await freePort();
    const url = `http://localhost:${port}`;
    const storage = await openStorage();
    const variables = { HOSTNAME: "127.0.0.1", AUTH_URL: url, ...storage.variables };
    const { stop } = await startServer(folder, port, url, variables);
    try {
      expect((await fetch(`${url}/api/health/ready`)).status).toBe(200);
      // In and out of the matcher of middleware.
      for (const path of ["/dashboard/%E0%A4%A", "/api/auth/%"])
        expect((await fetch(url + path)).status).toBe(404);
      await signInByHand(page, "alice", `${url}/dashboard`);
      await page.goto(url);
      await signOut(page);
    } finally {
      await page.close();
      const code = await stop();
      await storage.close();
      expect(code, "stopped in order").toBe(143);
    }
  });

for (const variable of ["AUTH_URL", "AUTH_TRUST_HOST"] as const)
  test(`behind a real nginx the server listens on all interfaces, and with ${variable} no redirect leads to its own address`, async ({
    folder,
  }) => {
    const port = await freePort();
    const front = await startNginx(port, { host: "app.test", scheme: "https", proxies: 1 });
    const { logto, stop } = await startServer(folder, port, front.url, {
      HOSTNAME: "0.0.0.0",
      [variable]: variable === "AUTH_URL" ? front.url : "true",
    });
    try {
      await walkBehindProxy(front, logto);
    } finally {
      await stop();
      await front.close();
    }
  });
