import process from "node:process";
import { styleText } from "node:util";
import yoctoSpinner from "yocto-spinner";

const { stdout } = process;
const isInteractive = stdout.isTTY && process.env.TERM !== "dumb" && !process.env.CI;
/** Seconds between two progress lines where no spinner can be shown. */
const quietSeconds = 10;

/**
 * @param {"bold" | "dim" | "green" | "red" | "yellow" | "cyan"} style
 * @param {string} text
 * @returns {string} the text, coloured only on a terminal and without NO_COLOR
 */
export const paint = (style, text) => styleText(style, text);

/** @param {string} line printed above the spinner, if there is one */
export function print(line = "") {
  stdout.write(`${line}\n`);
}

/** @param {string} text that the developer should notice */
export function notice(text) {
  print(`  ${paint("yellow", "!")} ${text}`);
}

/**
 * Prints one aligned row of the launcher's overview.
 *
 * @param {string} name
 * @param {string} value
 * @param {string} [remark]
 */
export function printRow(name, value, remark) {
  const text = remark ? `${value.padEnd(22)} ${paint("dim", remark)}` : value;
  print(`  ${paint("bold", name.padEnd(8))} ${text}`);
}

/**
 * Shows progress: a spinner on a terminal, otherwise a line every ten seconds.
 *
 * @param {() => string} describe returns what is happening now
 * @returns {() => void} ends it, and removes the spinner from a terminal
 */
export function startProgress(describe) {
  const begun = Date.now();
  const text = () => `${describe()} ${paint("dim", duration(begun))}`;
  if (!isInteractive) {
    const timer = setInterval(() => print(`  … ${text()}`), quietSeconds * 1000);
    return () => clearInterval(timer);
  }
  // Ctrl-C ends the children first (children.mjs).
  const spinner = yoctoSpinner({ stream: stdout, text: text(), handleSignals: false }).start();
  const timer = setInterval(() => (spinner.text = text()), 1000);
  const end = () => {
    clearInterval(timer);
    spinner.stop();
    process.off("exit", end);
  };
  // Shows the cursor again.
  process.once("exit", end);
  return end;
}

/** @param {number} begun a time in milliseconds since 1970 @returns how long ago that is */
export function duration(begun) {
  return `${((Date.now() - begun) / 1000).toFixed(1)} s`;
}

/**
 * Shows progress until a program ends, and its output if it fails.
 *
 * @param {string} doing such as "Starting the server"
 * @param {string} done such as "Server started"
 * @param {import("./children.mjs").Child} child
 * @returns {Promise<boolean>} whether it succeeded
 */
export async function showStep(doing, done, child) {
  const begun = Date.now();
  const end = startProgress(() => doing);
  const isDone = (await child.exited) === 0;
  end();
  print(
    isDone ? `  ${paint("green", "✓")} ${done} ${paint("dim", duration(begun))}` : child.output(),
  );
  return isDone;
}
