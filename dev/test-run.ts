import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { isBuilt } from "./built";
import {
  allChecks,
  buildCommand,
  endToEndCommand,
  typesCommand,
  type Check,
  type Counts,
} from "./checks";
import { buildApi } from "../examples/nest-api/dev/build";
import { start } from "./children.mjs";
import { ensureBrowser, NoBrowserError } from "./ensure-browser";
import { ensureGenerated } from "./generate";
import { duration, paint, print, startProgress } from "./terminal.mjs";

interface Outcome extends Counts {
  ok: boolean;
}

const colours: Record<string, string> =
  process.stdout.isTTY && !process.env.NO_COLOR ? { FORCE_COLOR: "1" } : {};
const quietly = { NEXT_TELEMETRY_DISABLED: "1", ...colours };

function runScript(
  root: string,
  [script = "", ...args]: string[],
  env: Record<string, string> = {},
  inherit = false,
) {
  return start(process.execPath, [path.join(root, "node_modules", script), ...args], {
    cwd: root,
    env: { ...quietly, ...env },
    output: inherit ? "inherit" : "collect",
  });
}

/**
 * Runs everything: lint, type check, unit and contract tests, production build, end-to-end tests.
 * Prints `N passed, N failed` as its last line.
 *
 * @param root the project's folder
 * @returns the exit code
 */
export async function runAll(root: string): Promise<number> {
  const startedAt = performance.now();
  await ensureGenerated(root);
  const types = runScript(root, typesCommand);
  if ((await types.exited) !== 0) print(types.output());
  const total: Outcome = { ok: true, passed: 0, failed: 0, skipped: 0 };
  const reports = mkdtempSync(path.join(tmpdir(), "test-reports-"));
  try {
    print(`  Browser: ${(await ensureBrowser(root)).name}`);
    print();
    for (const outcome of await runChecks(root, allChecks(reports))) {
      total.ok &&= outcome.ok;
      total.passed += outcome.passed;
      total.failed += outcome.failed;
      total.skipped += outcome.skipped;
    }
  } catch (error) {
    if (!(error instanceof NoBrowserError)) throw error;
    print(error.message);
    total.failed += 1;
  } finally {
    rmSync(reports, { recursive: true });
  }
  print();
  print(`  ${paint("dim", `in ${duration(performance.now() - startedAt)}`)}`);
  print(
    `${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`,
  );
  return total.failed > 0 || !total.ok ? 1 : 0;
}

/** `N passed, N failed`, and `N skipped` if there are any. */
function summary({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/**
 * Runs checks in parallel, one per two cores but at least two. Each starts as soon as the checks
 * before it have ended.
 */
async function runChecks(root: string, checks: Check[]): Promise<Outcome[]> {
  const outcomes = new Map<string, Outcome>();
  const running = new Map<string, Promise<void>>();
  const waiting = [...checks];
  const slots = Math.max(2, Math.floor(availableParallelism() / 2));
  const width = Math.max(...checks.map(({ name }) => name.length));
  const end = startProgress(() => [...running.keys()].join(", "));
  while (waiting.length > 0 || running.size > 0) {
    const next = waiting.findIndex(({ after = [], needs = [] }) =>
      [...after, ...needs].every((name) => outcomes.has(name)),
    );
    const [check] = next !== -1 && running.size < slots ? waiting.splice(next, 1) : [];
    if (!check) {
      await Promise.race(running.values());
      continue;
    }
    const missing = check.needs?.find((name) => !outcomes.get(name)?.ok);
    if (missing) {
      print(
        `  ${paint("yellow", "–")} ${check.name.padEnd(width)}  not run, because ${missing} failed`,
      );
      outcomes.set(check.name, { ok: false, passed: 0, failed: 0, skipped: 0 });
      continue;
    }
    const run = runCheck(root, check, width).then((outcome) => {
      outcomes.set(check.name, outcome);
      running.delete(check.name);
    });
    running.set(check.name, run);
  }
  end();
  return [...outcomes.values()];
}

async function runCheck(root: string, check: Check, width: number): Promise<Outcome> {
  const startedAt = performance.now();
  let output = "";
  let ok = true;
  for (const command of check.commands) {
    const child = runScript(root, command, check.env);
    ok = (await child.exited) === 0 && ok;
    output += child.output();
    if (!ok) break;
  }
  const { passed, failed, skipped } = count(check, ok);
  // If a test file can't be loaded, the report has no failed test, but the check failed.
  const outcome = {
    ok: ok && failed === 0,
    passed,
    failed: ok ? failed : Math.max(failed, 1),
    skipped,
  };
  const tests = check.count ? summary(outcome) : "";
  const mark = outcome.ok ? paint("green", "✓") : paint("red", "✗");
  const time = paint("dim", duration(performance.now() - startedAt).padStart(7));
  if (!outcome.ok) print(`\n${paint("bold", `── ${check.name} failed`)}\n${output}`);
  print(`  ${mark} ${check.name.padEnd(width)} ${time}  ${tests}`.trimEnd());
  return outcome;
}

function count(check: Check, ok: boolean): Counts {
  if (!check.count) return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
  try {
    return check.count();
  } catch {
    // The check ended before it wrote its report.
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

/**
 * Runs the end-to-end tests alone, after a build if the last one is older than the sources.
 *
 * @param root the project's folder
 * @param args for Playwright, such as `--grep` or a file
 * @param env added to the environment of the tests
 * @returns the exit code
 */
export async function runEndToEnd(
  root: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<number> {
  await ensureGenerated(root);
  try {
    print(`Browser: ${(await ensureBrowser(root)).name}`);
  } catch (error) {
    if (!(error instanceof NoBrowserError)) throw error;
    print(error.message);
    return 1;
  }
  if (!isBuilt(root)) {
    const code = await runScript(root, buildCommand, {}, true).exited;
    if (code !== 0) return code;
  }
  if (!(await buildApi(root))) return 1;
  return runScript(root, [...endToEndCommand, ...args], env, true).exited;
}

/** Runs the load tests at full size; `npm test` runs small ones. @returns the exit code */
export function runLoad(root: string): Promise<number> {
  return runEndToEnd(root, ["--project", "load", "--no-deps"], { STORM: "full" });
}

/** Runs the tests behind a real nginx, with the build of `npm test`. @returns the exit code */
export function runProxy(root: string): Promise<number> {
  return runEndToEnd(root, ["--project", "proxy"], { STORM: "full" });
}
