import { readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import process from "node:process";
import pLimit from "p-limit";
import { buildApi } from "../../examples/nest-api/dev/build";
import { testRemovals } from "../../tools/remove/copies";
import { start } from "../../dev/children.mjs";
import { ensureGenerated } from "../../dev/database/generate";
import { duration, paint, print, startProgress } from "../../dev/terminal.mjs";
import { ensureBrowser } from "./browser";
import { isBuilt } from "./built";
import {
  allChecks,
  buildCommand,
  countTests,
  endToEndCommand,
  reports,
  typesCommand,
  type Check,
  type Counts,
} from "./checks";

interface Outcome extends Counts {
  ok: boolean;
}

/** Playwright's arguments for the commands that run only a part of the end-to-end tests. */
const parts: Record<string, string[]> = {
  e2e: [],
  load: ["--project", "load", "--no-deps"],
  proxy: ["--project", "proxy"],
};

/**
 * `npm test` and its parts.
 *
 * @param root the project's folder
 * @param args nothing, `release`, or a part and arguments for Playwright, such as a file
 * @returns the exit code
 */
export async function runTests(root: string, [only = "", ...args]: string[]): Promise<number> {
  // Slow tests at full size: request storms and every kind of fault.
  if (["load", "proxy", "release"].includes(only)) process.env.STORM = "full";
  await ensureGenerated(root);
  const part = parts[only];
  if (part) return runEndToEnd(root, [...part, ...args]);
  const code = await runAll(root);
  if (code === 0 && only === "release") return testRemovals(root);
  return code;
}

/** Starts a script with its arguments. */
function run(root: string, command: string[], options: Parameters<typeof start>[2] = {}) {
  const { env, ...rest } = options;
  const isColoured = process.stdout.isTTY && !process.env.NO_COLOR;
  return start(process.execPath, command, {
    ...rest,
    cwd: root,
    env: { NEXT_TELEMETRY_DISABLED: "1", ...(isColoured && { FORCE_COLOR: "1" }), ...env },
  });
}

/** Runs the end-to-end tests alone, after a build if the last one is older than the sources. */
async function runEndToEnd(root: string, args: string[]): Promise<number> {
  if (!(await ensureBrowser(root))) return 1;
  const show = (command: string) => run(root, command.split(" "), { output: "inherit" }).exited;
  const built = isBuilt(root) ? 0 : await show(buildCommand);
  if (built !== 0) return built;
  if (!(await buildApi(root))) return 1;
  return run(root, [...endToEndCommand.split(" "), ...args], { output: "inherit" }).exited;
}

/** Runs all checks. Prints `N passed, N failed` as its last line. */
async function runAll(root: string): Promise<number> {
  const begun = Date.now();
  const types = run(root, typesCommand.split(" "));
  if ((await types.exited) !== 0) print(types.output());
  rmSync(path.join(root, reports), { recursive: true, force: true });
  const none = { ok: false, passed: 0, failed: 1, skipped: 0 };
  const outcomes = (await ensureBrowser(root)) ? await runChecks(root) : [none];
  const sum = (kind: keyof Counts) => outcomes.reduce((total, each) => total + each[kind], 0);
  const total = { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
  print(`\n  ${paint("dim", `in ${duration(begun)}`)}\n${summary(total)}`);
  return outcomes.every(({ ok }) => ok) ? 0 : 1;
}

/** `N passed, N failed`, and `N skipped` if there are any. */
function summary({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

const width = Math.max(...allChecks.map(({ name }) => name.length));

/**
 * Runs the checks in parallel, one per two cores but at least two. Each starts as soon as the
 * checks before it have ended.
 */
async function runChecks(root: string): Promise<Outcome[]> {
  const slots = pLimit(Math.max(2, Math.floor(availableParallelism() / 2)));
  const running = new Set<string>();
  const outcomes = new Map<string, Promise<Outcome>>();
  const runInTurn = async (check: Check): Promise<Outcome> => {
    const { name, after = [], needs = [] } = check;
    for (const each of after) await outcomes.get(each);
    for (const needed of needs) {
      if ((await outcomes.get(needed))?.ok) continue;
      print(`  ${paint("yellow", "–")} ${name.padEnd(width)}  not run, because ${needed} failed`);
      return { ok: false, passed: 0, failed: 0, skipped: 0 };
    }
    return slots(async () => {
      running.add(name);
      const outcome = await runCheck(root, check);
      running.delete(name);
      return outcome;
    });
  };
  print();
  const end = startProgress(() => [...running].join(", "));
  for (const check of allChecks) outcomes.set(check.name, runInTurn(check));
  const ended = await Promise.all(outcomes.values());
  end();
  return ended;
}

async function runCheck(root: string, check: Check): Promise<Outcome> {
  const begun = Date.now();
  let output = "";
  let ok = true;
  for (const command of check.commands) {
    const child = run(root, command.split(" "), check.env ? { env: check.env } : {});
    ok = (await child.exited) === 0;
    output += child.output();
    if (!ok) break;
  }
  const counts = count(root, check, ok);
  // If a test file can't be loaded, the report has no failed test, but the check failed.
  const failed = ok ? counts.failed : Math.max(counts.failed, 1);
  const outcome = { ...counts, failed, ok: failed === 0 };
  const mark = outcome.ok ? paint("green", "✓") : paint("red", "✗");
  const time = paint("dim", duration(begun).padStart(7));
  const tests = check.report ? summary(outcome) : "";
  if (!outcome.ok) print(`\n${paint("bold", `── ${check.name} failed`)}\n${output}`);
  print(`  ${mark} ${check.name.padEnd(width)} ${time}  ${tests}`.trimEnd());
  return outcome;
}

function count(root: string, { report }: Check, ok: boolean): Counts {
  if (!report) return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
  try {
    return countTests(readFileSync(path.join(root, report), "utf8"));
  } catch {
    // The check ended before it wrote its report.
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
