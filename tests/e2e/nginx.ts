import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { start } from "../../dev/children.mjs";
import type { Front } from "./front";
import { freePort } from "./servers";

/** The locations and limits that docs/deploying.md recommends. */
const documented =
  /^```nginx\n(.*?)^```$/ms.exec(readFileSync("docs/deploying.md", "utf8"))?.[1] ?? "";

/** nginx is for administrators, in folders that others may not have in their PATH. */
const folders = [...(process.env.PATH ?? "").split(path.delimiter), "/usr/sbin", "/usr/local/sbin"];
const find = (command: string) =>
  folders.map((folder) => path.join(folder, command)).find((file) => existsSync(file));

/** Needs nginx and openssl. @throws Error that says how to install them, where one is missing */
function commands(): { nginx: string; openssl: string } {
  const [nginx, openssl] = [find("nginx"), find("openssl")];
  if (nginx && openssl) return { nginx, openssl };
  throw new Error(
    "These tests need nginx and openssl: `apt-get install nginx openssl` on Debian, `brew install nginx openssl` on macOS.",
  );
}

/**
 * What nginx says to the app: of itself, or, as the second of two proxies, also what the first one
 * said.
 */
const chained: Record<string, string> = {
  "X-Forwarded-Host $http_host": 'X-Forwarded-Host "$http_x_forwarded_host, $http_host"',
  "X-Forwarded-Proto $scheme": 'X-Forwarded-Proto "$http_x_forwarded_proto, $scheme"',
};

/**
 * Starts nginx as docs/deploying.md has it, on https with a certificate that it has signed itself.
 *
 * @param port of the app
 * @param options `host`: that browsers ask for; `scheme`; `proxies`: 2 puts one more before it,
 *   which passes on to the first in http
 * @returns once it answers
 */
export async function startNginx(
  port: number,
  { host, scheme, proxies }: { host: string; scheme: "http" | "https"; proxies: 1 | 2 },
): Promise<Front> {
  const { nginx, openssl } = commands();
  const folder = mkdtempSync(path.join(tmpdir(), "nginx-"));
  const [outer, inner] = [await freePort(), await freePort()];
  const certificate = [
    "-keyout",
    "key.pem",
    "-out",
    "certificate.pem",
    "-days",
    "1",
    "-subj",
    `/CN=${host}`,
  ];
  const made = spawnSync(
    openssl,
    ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...certificate],
    {
      cwd: folder,
      encoding: "utf8",
    },
  );
  if (made.status !== 0) throw new Error(made.stderr);
  const server = (listen: string, upstream: number, locations: string) => `
    server {
      listen 127.0.0.1:${listen};
      server_name ${host};
      ssl_certificate certificate.pem;
      ssl_certificate_key key.pem;
      ${locations.replace("http://127.0.0.1:3000", `http://127.0.0.1:${upstream}`)}
    }`;
  const second = Object.entries(chained).reduce(
    (text, [from, to]) => text.replace(from, to),
    documented,
  );
  const isTls = scheme === "https" ? " ssl" : "";
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  writeFileSync(
    path.join(folder, "nginx.conf"),
    `daemon off; master_process off; pid nginx.pid; error_log stderr warn; events {}
    http {
      access_log off;
      ${temporary.map((name) => `${name}_temp_path ${name};`).join(" ")}
      ${server(`${outer}${isTls}`, proxies === 2 ? inner : port, documented)}
      ${proxies === 2 ? server(String(inner), port, second) : ""}
    }`,
  );
  const child = start(nginx, ["-p", folder, "-c", "nginx.conf", "-e", "stderr"], {});
  const close = async () => {
    await child.stop();
    rmSync(folder, { recursive: true });
  };
  const ended = new AbortController();
  void child.exited.then(() => ended.abort());
  while (!(await isListening(outer))) {
    if (ended.signal.aborted) {
      await close();
      throw new Error(`nginx did not start:\n${child.output()}`);
    }
    await wait(50);
  }
  return { url: `${scheme}://${host}:${outer}`, close };
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
