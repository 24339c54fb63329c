import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { ensureGenerated } from "../../dev/database/generate";
import { duration, paint, print, startProgress } from "../../dev/terminal.mjs";
import { ensureBrowser } from "../../tests/run/browser";
import { endToEndTest, faultsOf, mutationsOf, testFiles } from "./list";
import type { Mutation } from "./mutation";
import { runEndToEnd } from "./run-end-to-end";
import { runMutation, runUnitTests, temporaryCopy, type Verdict } from "./run-unit";

/** Copies in which unit tests run at the same time. */
const parallel = 2;

type Verdicts = Map<Mutation, Verdict>;

/** Ctrl-C ends the tests that run. They have then failed, but for no reason of a mutation. */
const interruption = { isOn: false };
/** `endAll` ends this process in the meantime. */
const never = new Promise<never>(() => undefined);

/**
 * `npm run mutate [-- word…] [--list] [--markdown file]`: breaks the code in many ways, one after
 * another, each in a copy of the project, and shows for each which test notices.
 *
 * @param root the project's folder, a git repository
 * @param args words that a mutation must contain, in its text or its files; `--list` runs nothing;
 *   `--markdown` also writes the table to a file
 * @returns the exit code: 1 if a mutation survived or was invalid
 */
export async function mutate(root: string, args: string[]): Promise<number> {
  for (const signal of ["SIGINT", "SIGTERM"])
    process.once(signal, () => (interruption.isOn = true));
  try {
    const code = await run(root, args);
    return await (interruption.isOn ? never : code);
  } catch (error) {
    if (interruption.isOn) return never;
    throw error;
  }
}

async function run(root: string, args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { list: { type: "boolean" }, markdown: { type: "string" } },
  });
  const all = mutationsOf(root);
  const present = all.filter(({ file }) => existsSync(path.join(root, file)));
  const faults = faultsOf(root, present);
  if (faults.length > 0) {
    print(`${paint("red", "✗")} The list of mutations is not right:\n\n${faults.join("\n\n")}`);
    return 1;
  }
  const chosen = present.filter((each) =>
    positionals.every((word) =>
      [each.what, each.file, ...testFiles(each)].join(" ").includes(word),
    ),
  );
  if (values.list) {
    for (const { what, file } of chosen) print(`  ${what} ${paint("dim", file)}`);
    print(`\n${chosen.length} mutations`);
    return 0;
  }
  const begun = Date.now();
  await ensureGenerated(root);
  const verdicts: Verdicts = new Map();
  const unit = chosen.filter((each) => !endToEndTest(each));
  const endToEnd = chosen.filter(endToEndTest);
  if (unit.length > 0 && !(await runAllUnit(root, unit, verdicts))) return 1;
  if (endToEnd.length > 0 && !(await runAllEndToEnd(root, endToEnd, verdicts))) return 1;
  if (values.markdown) writeFileSync(values.markdown, markdownTable(chosen, verdicts));
  return summarize(verdicts, all.length - present.length, begun);
}

/** Runs the mutations that unit tests show. @returns false if tests fail without a mutation */
async function runAllUnit(
  root: string,
  mutations: readonly Mutation[],
  verdicts: Verdicts,
): Promise<boolean> {
  const [first = "", ...others] = Array.from({ length: parallel }, () => temporaryCopy(root));
  const end = startProgress(() => `${verdicts.size} of ${mutations.length} mutations`);
  try {
    const { outcome, detail } = await runUnitTests(first, [
      ...new Set(mutations.flatMap(testFiles)),
    ]);
    if (outcome !== "survived") {
      print(`${paint("red", "✗")} A test fails without any mutation: ${detail}`);
      return false;
    }
    const left = [...mutations];
    const work = async (folder: string) => {
      for (let next = left.shift(); next; next = left.shift()) {
        const verdict = await runMutation(folder, next);
        if (interruption.isOn) return;
        verdicts.set(next, verdict);
        printRow(next, verdict);
      }
    };
    await Promise.all([first, ...others].map(work));
    return !interruption.isOn;
  } finally {
    end();
  }
}

/** Runs the mutations that only a production build shows. @returns false without a browser */
async function runAllEndToEnd(
  root: string,
  mutations: readonly Mutation[],
  verdicts: Verdicts,
): Promise<boolean> {
  if (!(await ensureBrowser(root))) return false;
  const end = startProgress(() => `${mutations.length} mutations in a production build`);
  const outcomes = await runEndToEnd(root, mutations).finally(end);
  for (const [mutation, verdict] of outcomes) {
    verdicts.set(mutation, verdict);
    printRow(mutation, verdict);
  }
  return true;
}

function printRow({ what, file }: Mutation, { outcome, detail }: Verdict): void {
  const mark = { killed: "✓", survived: "✗", invalid: "!" }[outcome];
  const result =
    outcome === "killed"
      ? paint("dim", detail)
      : paint("red", paint("bold", `${outcome} ${detail}`));
  print(`  ${paint(outcome === "killed" ? "green" : "red", mark)} ${what} (${file})  ${result}`);
}

/** The table for a document, in the order of the list. */
export function markdownTable(mutations: readonly Mutation[], verdicts: Verdicts): string {
  const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");
  const rows = mutations.flatMap((mutation) => {
    const { outcome, detail } = verdicts.get(mutation) ?? {};
    if (!outcome) return [];
    const result =
      outcome === "killed" ? cell(detail ?? "") : `**${outcome}** ${cell(detail ?? "")}`;
    return [`| ${cell(mutation.what)} | \`${mutation.file}\` | ${result.trim()} |`];
  });
  return ["| what is broken | in | the test that fails |", "| --- | --- | --- |", ...rows, ""].join(
    "\n",
  );
}

function summarize(verdicts: Verdicts, skipped: number, begun: number): number {
  const count = (outcome: Verdict["outcome"]) =>
    [...verdicts.values()].filter((each) => each.outcome === outcome).length;
  const [killed, survived, invalid] = [count("killed"), count("survived"), count("invalid")];
  print();
  print(
    `${killed} noticed, ${survived} survived, ${invalid} invalid, ${skipped} skipped because their file is gone ${paint("dim", `in ${duration(begun)}`)}`,
  );
  return survived + invalid > 0 ? 1 : 0;
}
