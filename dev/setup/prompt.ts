import process from "node:process";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

/** Setting up can't go on; the message is a sentence for whoever runs it. */
export class SetupError extends Error {
  override name = "SetupError";
}

interface Terminal {
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
}

/**
 * Asks one question.
 *
 * @param hidden whether what is typed is not shown
 * @returns what was typed, without spaces around it
 * @throws SetupError where whoever was asked left, by Ctrl-C or Ctrl-D
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
  // Without a listener, Ctrl-C closes it as well.
  lines.on("close", () => left.abort());
  try {
    const answer = lines.question(question, { signal: left.signal });
    muted = hidden;
    return (await answer).trim();
  } catch {
    throw new SetupError("Left.");
  } finally {
    lines.close();
    if (hidden) output.write("\n");
  }
}
