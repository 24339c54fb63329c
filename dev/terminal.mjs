import { styleText } from "node:util";

const { stdout } = process;
const interactive = Boolean(stdout.isTTY) && process.env.TERM !== "dumb";
const coloured = interactive && !process.env.NO_COLOR;
const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
/** Between two signs of life where no spinner can turn: often enough to show that nothing hangs. */
const quietSeconds = 10;

/**
 * The line that is turning at the end of the screen, if any. @type {{ draw(): void } | undefined}
 */
let spinning;

/**
 * @param {"bold" | "dim" | "green" | "red" | "yellow" | "cyan"} style
 * @param {string} text
 * @returns {string} the text, coloured only on a terminal and without NO_COLOR
 */
export function paint(style, text) {
  return coloured ? styleText(style, text) : text;
}

/** @param {string} line is printed above whatever spins */
export function print(line = "") {
  if (spinning) stdout.write("\r\u001B[K");
  stdout.write(`${line}\n`);
  spinning?.draw();
}

/**
 * Prints a line of the screen that tells what runs where.
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
 * Shows that something long is alive: a spinner on a terminal, elsewhere a line every few seconds.
 *
 * @param {() => string} describe what is going on now
 * @returns {() => void} ends it, and leaves no trace on a terminal
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
