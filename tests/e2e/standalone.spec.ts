import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { z } from "zod";
import { startIdentity } from "../../dev/identity/server";
import { appClient, appVariables } from "../../dev/stand-in";
import { buildCopy } from "./builds";
import { expect, test } from "./fixtures";
import { openStorage } from "./modes";
import { freePort } from "./servers";
import { signInByHand, signOut } from "./steps";

/** Whoever runs the tests as root has somebody else run the server: `nobody`, as on every Linux. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** Builds as the Dockerfile does. @returns a folder with nothing but what the image has, and where in it the server is */
async function buildImage(): Promise<{ image: string; server: string }> {
  const build = await buildCopy("standalone", { env: { BUILD_STANDALONE: "1" } });
  const inner = path.join(".data", path.basename(build));
  const image = mkdtempSync(path.join(tmpdir(), "image-"));
  chmodSync(image, 0o755);
  // As Docker copies: Node.js would make absolute links of relative ones, back to the build.
  cpSync(path.join(build, ".next/standalone"), image, { recursive: true, verbatimSymlinks: true });
  cpSync(path.join(build, ".next/static"), path.join(image, inner, ".next/static"), { recursive: true });
  rmSync(build, { recursive: true });
  return { image, server: path.join(image, inner) };
}

test("the server that the Docker image has signs in and out, unprivileged and away from the sources", async ({
  page,
}) => {
  // With a build.
  test.setTimeout(600_000);
  const { image, server: folder } = await buildImage();
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const storage = await openStorage("database", "embedded");
  const identity = await startIdentity({ port: 0, control: true, clients: [appClient(url)] });
  const server = spawn(process.execPath, ["server.js"], {
    cwd: folder,
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
