import { styleText } from "node:util";

const { stdout } = process;
const interactive = Boolean(stdout.isTTY) && process.env.TERM !== "dumb";
const coloured = interactive && !process.env.NO_COLOR;
const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
/** Seconds between two progress lines where no spinner can be shown. */
const quietSeconds = 10;

/** The spinner at the end of the screen, if any. @type {{ draw(): void } | undefined} */
let spinning;

/**
 * @param {"bold" | "dim" | "green" | "red" | "yellow" | "cyan"} style
 * @param {string} text
 * @returns {string} the text, coloured only on a terminal and without NO_COLOR
 */
export function paint(style, text) {
  return coloured ? styleText(style, text) : text;
}

/** @param {string} line printed above the spinner, if there is one */
export function print(line = "") {
  if (spinning) stdout.write("\r\u001B[K");
  stdout.write(`${line}\n`);
  spinning?.draw();
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

/** @param {number} milliseconds */
export function duration(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/**
 * Shows progress: a spinner on a terminal, otherwise a line every ten seconds.
 *
 * @param {() => string} describe returns what is happening now
 * @returns {() => void} ends it, and removes the spinner from a terminal
 */
export function startProgress(describe) {
  const begun = Date.now();
  const seconds = () => Math.round((Date.now() - begun) / 1000);
  if (!interactive) {
    const timer = setInterval(
      () => print(`  … ${describe()}, ${seconds()} s`),
      quietSeconds * 1000,
    );
    return () => clearInterval(timer);
  }
  let frame = 0;
  const line = {
    draw: () => {
      const text = `${describe()} ${paint("dim", `${seconds()} s`)}`;
      stdout.write(`\r  ${paint("cyan", frames[frame % frames.length] ?? "")} ${text}\u001B[K`);
    },
  };
  spinning = line;
  const timer = setInterval(() => {
    frame += 1;
    line.draw();
  }, 100);
  line.draw();
  return () => {
    clearInterval(timer);
    if (spinning !== line) return;
    spinning = undefined;
    stdout.write("\r\u001B[K");
  };
}
