import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { start } from "../../dev/children.mjs";
import type { Front } from "./behind-proxy";
import { freePort } from "./servers";

/** The locations and limits that docs/deploying.md recommends. */
const documented =
  /^```nginx\n(.*?)^```$/ms.exec(readFileSync("docs/deploying.md", "utf8"))?.[1] ?? "";

/** Linux installs nginx in `sbin` folders, which are not in every user's PATH. */
const PATH = [process.env.PATH, "/usr/sbin", "/usr/local/sbin"].join(path.delimiter);
const [nginx, openssl] = ["nginx", "openssl"];
const install = "These tests need nginx and openssl: install the packages of these names.";

/**
 * Headers that nginx sends to the app. The second of two proxies appends its values to those of the
 * first.
 */
const chained: Record<string, string> = {
  "X-Forwarded-Host $http_host": 'X-Forwarded-Host "$http_x_forwarded_host, $http_host"',
  "X-Forwarded-Proto $scheme": 'X-Forwarded-Proto "$http_x_forwarded_proto, $scheme"',
};

/**
 * Starts nginx with the configuration of docs/deploying.md. On https its certificate is
 * self-signed.
 *
 * @param port of the app
 * @param options `host`: the host name that browsers request; `scheme`: what browsers use;
 *   `proxies`: with 2, the nginx in front forwards to a second nginx over http
 * @returns once nginx listens
 */
export async function startNginx(
  port: number,
  { host, scheme, proxies }: { host: string; scheme: "http" | "https"; proxies: 1 | 2 },
): Promise<Front> {
  const folder = mkdtempSync(path.join(tmpdir(), "nginx-"));
  const [outer, inner] = [await freePort(), await freePort()];
  const options = "-newkey rsa:2048 -nodes -keyout key.pem -out certificate.pem -days 1 -subj";
  const result = spawnSync(openssl, ["req", "-x509", ...options.split(" "), `/CN=${host}`], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, PATH },
  });
  if (result.status !== 0) throw new Error(result.error ? install : result.stderr);
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
  const child = start(nginx, ["-p", folder, "-c", "nginx.conf", "-e", "stderr"], {
    env: { PATH },
  });
  const close = async () => {
    await child.stop();
    rmSync(folder, { recursive: true });
  };
  const ended = new AbortController();
  void child.exited.then(() => ended.abort());
  while (!(await isListening(outer))) {
    if (ended.signal.aborted) {
      await close();
      throw new Error(`nginx did not start. ${install}\n${child.output()}`);
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
