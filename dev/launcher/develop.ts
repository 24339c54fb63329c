import process from "node:process";
import { apiDefaults, keepVariables } from "../../examples/nest-api/dev/variables";
import { ensureGenerated } from "../database/generate";
import { databaseService } from "../database/service";
import { ensureSecret, LaunchError, readEnvironment } from "../environment";
import { nextFreePort } from "../ports";
import { duration, notice, paint, print, printRow, startProgress } from "../terminal.mjs";
import { readArguments, runningServer, startNextDev } from "./next-dev";
import { ownAddress, placeOf } from "./place";
import type { Service } from "./service";
import { standInService } from "./stand-in";

const appPort = 3000;

/**
 * Starts `next dev` and its services, such as the stand-in for Logto. Prints where everything runs,
 * and ends when Next.js ends.
 *
 * @param root the project's folder
 * @param args for `next dev`, and the flags of services; uses the first free port from `--port` on,
 *   on localhost unless `--hostname` is set
 * @returns the exit code
 */
export async function develop(root: string, args: readonly string[]): Promise<number> {
  try {
    return await launch(root, args);
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    print(`${paint("red", "✗")} ${error.message}`);
    return 1;
  }
}

async function launch(root: string, args: readonly string[]): Promise<number> {
  const begun = Date.now();
  const running = await runningServer(root);
  if (running) throw new LaunchError(`The app is already running in this folder, at ${running}.`);
  const requested = readArguments(args);
  const values = readEnvironment(root);
  const services: Service[] = [
    // One a line.
    standInService(root, values),
    await databaseService(root, values, args),
  ];
  await ensureGenerated(root);
  const secret = ensureSecret(root, values);
  if (secret.notice) notice(secret.notice);

  const set = ownAddress(values.AUTH_URL);
  const preferred = requested.port ?? (Number(process.env.PORT) || Number(set?.port) || appPort);
  const port = await nextFreePort(preferred);
  if (port !== preferred) notice(`Port ${preferred} is in use: the app uses ${port}`);
  const place = placeOf({ hostname: requested.hostname, port, authUrl: values.AUTH_URL });
  const { appUrl, hostname, isBehindProxy, listensAt } = place;
  if (set && set.origin !== appUrl)
    notice(`AUTH_URL changed with the port: ${appUrl} instead of ${set.origin}`);
  const prepared = [];
  for (const service of services) prepared.push(await service.prepare({ url: appUrl, port }));

  const given = {
    ...secret.added,
    ...Object.fromEntries(prepared.flatMap(({ variables }) => Object.entries(variables))),
    ...apiDefaults(values),
    AUTH_URL: appUrl,
  };
  keepVariables(root, given);
  const nextArgs = args.filter((arg) => !services.some(({ flag }) => flag === arg));
  // Of an option that is there twice, Next.js takes the last.
  nextArgs.push("--port", String(port), "--hostname", hostname);
  const { NEXT_TELEMETRY_DISABLED = "1", NODE_OPTIONS = "", NO_COLOR } = process.env;
  const next = startNextDev(root, listensAt, nextArgs, {
    NEXT_TELEMETRY_DISABLED,
    // Makes `localhost` 127.0.0.1 rather than ::1: browsers try both, other programs often only
    // 127.0.0.1.
    NODE_OPTIONS: `${NODE_OPTIONS} --dns-result-order=ipv4first`.trim(),
    ...(process.stdout.isTTY && !NO_COLOR ? { FORCE_COLOR: "1" } : {}),
    ...given,
  });
  const endProgress = startProgress(() => "Starting");
  const [isReady] = await Promise.all([next.ready, ...prepared.map(({ start }) => start?.())]);
  endProgress();
  if (!isReady) return next.exited;

  print();
  printRow("App", paint("cyan", appUrl));
  const forwarding = `from AUTH_URL; the proxy there must forward requests to ${listensAt}`;
  if (isBehindProxy) printRow("", paint("dim", forwarding));
  for (const service of prepared) service.announce();
  print(`\n  ${paint("green", "Ready")} in ${duration(begun)}. Ctrl-C ends everything.\n`);
  return next.exited;
}
