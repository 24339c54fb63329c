import { describe, expect, it, vi } from "vitest";
import { start } from "../../dev/children.mjs";
import { isFree } from "../../dev/ports";

const node = (script: string, options = {}) => start(process.execPath, ["-e", script], options);

/**
 * A program that starts another one, which listens on a port, and then runs `script`. A closed port
 * proves the end of a process better than its id, which stays in use until its parent has collected
 * the exit status.
 */
async function parent(script: string) {
  const listening = `const s = require("node:net").createServer().listen(0, "127.0.0.1", () => console.log(s.address().port))`;
  const begin = `const other = require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(listening)}]);`;
  const child = node(
    `${begin} other.stdout.once("data", (port) => process.stdout.write(port, () => { ${script} }))`,
  );
  const port = await vi.waitUntil(() => Number(child.output()), { timeout: 5000 });
  return { child, port };
}

describe("running programs", () => {
  it("returns the exit code and the whole output, and passes on whole lines", async () => {
    const lines: string[] = [];
    const script = `console.error("two"); process.stdout.write("o"); process.stdout.write("ne\\nend"); process.exitCode = 3`;
    const child = node(script, { onLine: (line: string) => lines.push(line) });
    expect(await child.exited).toBe(3);
    expect(lines.sort()).toEqual(["end", "one", "two"]);
    for (const line of lines) expect(child.output()).toContain(line);
  });

  it("fails for a program that does not exist, and prints the reason", async () => {
    const child = start("no-such-program", []);
    expect(await child.exited).toBe(1);
    expect(child.output()).toContain("ENOENT");
  });

  it.each([
    ["it is stopped", ""],
    ["it ends", "process.exit(0)"],
  ])("ends the processes that a program started when %s", async (_, script) => {
    const { child, port } = await parent(script);
    if (script) expect(await child.exited).toBe(0);
    else await child.stop();
    await expect.poll(() => isFree(port)).toBe(true);
  });
});
