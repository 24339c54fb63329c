import process from "node:process";
import { apiDefaults, keepVariables } from "./api-variables";
import { ensureGenerated } from "./database/generate";
import { databaseService } from "./database/service";
import { ensureSecret, LaunchError, readEnvironment } from "./environment";
import { runningServer, splitArguments, startNextDev } from "./next-dev";
import { ownAddress, placeOf, type Place } from "./place";
import { nextFreePort } from "./ports";
import type { PreparedService, Service } from "./service";
import { standInService } from "./stand-in-service";
import { duration, paint, print, printRow, startProgress } from "./terminal.mjs";

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
  const startedAt = performance.now();
  const running = await runningServer(root);
  if (running) throw new LaunchError(`The app is already running in this folder, at ${running}.`);
  const values = readEnvironment(root);
  const services: Service[] = [
    // One service a line.
    standInService(root, values),
    await databaseService(root, values, args),
  ];
  const {
    port: requestedPort,
    hostname,
    rest,
  } = splitArguments(args.filter((arg) => !services.some(({ flag }) => flag === arg)));
  await ensureGenerated(root);
  const secret = ensureSecret(root, values);
  if (secret.notice) notice(secret.notice);
  for (const { remember } of services) {
    const remembered = remember?.();
    if (remembered) notice(remembered);
  }

  const set = ownAddress(values.AUTH_URL);
  const preferred = requestedPort ?? (Number(process.env.PORT) || Number(set?.port) || appPort);
  const port = await nextFreePort(preferred);
  if (port !== preferred) notice(`Port ${preferred} is in use: the app uses ${port}`);
  const place = placeOf({ hostname, port, authUrl: values.AUTH_URL });
  const { appUrl } = place;
  if (set && set.origin !== appUrl)
    notice(`AUTH_URL changed with the port: ${appUrl} instead of ${set.origin}`);
  const prepared = await Promise.all(
    services.map((service) => service.prepare({ url: appUrl, port })),
  );

  const given = {
    ...secret.added,
    ...Object.fromEntries(prepared.flatMap(({ variables }) => Object.entries(variables))),
    ...apiDefaults(values),
    AUTH_URL: appUrl,
  };
  keepVariables(root, given);
  const next = startNextDev(root, ["--port", String(port), "--hostname", place.hostname, ...rest], {
    NEXT_TELEMETRY_DISABLED: process.env.NEXT_TELEMETRY_DISABLED ?? "1",
    // Makes `localhost` 127.0.0.1 rather than ::1: browsers try both, other programs often only
    // 127.0.0.1.
    NODE_OPTIONS: [process.env.NODE_OPTIONS, "--dns-result-order=ipv4first"]
      .filter(Boolean)
      .join(" "),
    ...(process.stdout.isTTY && !process.env.NO_COLOR ? { FORCE_COLOR: "1" } : {}),
    ...given,
  });
  const endProgress = startProgress(() => "Starting");
  const [ready] = await Promise.all([
    next.waitUntilReady(place.listensAt),
    ...prepared.map(({ start }) => start?.()),
  ]);
  endProgress();
  if (ready) announce(place, prepared, startedAt);
  return next.exited;
}

/** Prints an overview: what runs where, what is a stand-in, and how to sign in. */
function announce(
  { appUrl, listensAt, isBehindProxy }: Place,
  services: readonly PreparedService[],
  startedAt: number,
): void {
  print();
  printRow("App", paint("cyan", appUrl));
  if (isBehindProxy)
    printRow(
      "",
      paint("dim", `from AUTH_URL; the proxy there must forward requests to ${listensAt}`),
    );
  for (const service of services) service.announce();
  print();
  print(
    `  ${paint("green", "Ready")} in ${duration(performance.now() - startedAt)}. Ctrl-C ends everything.`,
  );
  print();
}

function notice(text: string): void {
  print(`  ${paint("yellow", "!")} ${text}`);
}
