import process from "node:process";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

/** The setup can't continue; the message is a sentence for the developer. */
export class SetupError extends Error {
  override name = "SetupError";
}

interface Terminal {
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
}

/**
 * Asks the user one question.
 *
 * @param hidden true: does not show what the user types
 * @returns the reply, trimmed
 * @throws SetupError if the user quits with Ctrl-C or Ctrl-D
 */
export async function ask(
  question: string,
  hidden = false,
  { input, output }: Terminal = { input: process.stdin, output: process.stdout },
): Promise<string> {
  let muted = false;
  const shown = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!muted) output.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input, output: shown, terminal: true, historySize: 0 });
  const left = new AbortController();
  // Readline closes on Ctrl-D, and on Ctrl-C too if there is no listener for SIGINT.
  lines.on("close", () => left.abort());
  try {
    const reply = lines.question(question, { signal: left.signal });
    muted = hidden;
    return (await reply).trim();
  } catch {
    throw new SetupError("Cancelled.");
  } finally {
    lines.close();
    if (hidden) output.write("\n");
  }
}
