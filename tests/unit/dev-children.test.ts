import { describe, expect, it, vi } from "vitest";
import { start } from "../../dev/children.mjs";
import { isFree } from "../../dev/ports";

const node = (script: string, onLine?: (line: string) => void) =>
  start(process.execPath, ["-e", script], onLine ? { onLine } : {});

/**
 * A program that starts another one, which listens on a port, and then runs `script`. A closed port
 * proves the end of a process better than its id, which stays in use until its parent has collected
 * the exit status.
 */
function parent(script: string) {
  const listening = `const s = require("node:net").createServer().listen(0, "127.0.0.1", () => console.log(s.address().port))`;
  const begin = `const other = require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(listening)}]);`;
  const child = node(
    `${begin} other.stdout.once("data", (port) => process.stdout.write(port, () => { ${script} }))`,
  );
  const port = vi.waitUntil(() => Number(child.output()), { timeout: 5000 });
  return { child, port };
}

describe("running programs", () => {
  it("returns the exit code and the whole output", async () => {
    const child = node(`console.log("one"); console.error("two"); process.exitCode = 3`);
    expect(await child.exited).toBe(3);
    expect(child.output().split("\n").sort()).toEqual(["", "one", "two"]);
  });

  it("passes on whole lines, including a last one without a line break", async () => {
    const lines: string[] = [];
    await node(`process.stdout.write("o"); process.stdout.write("ne\\ntwo")`, (line) =>
      lines.push(line),
    ).exited;
    expect(lines).toEqual(["one", "two"]);
  });

  it("fails for a program that does not exist, and prints the reason", async () => {
    const child = start("no-such-program", []);
    expect(await child.exited).toBe(1);
    expect(child.output()).toContain("ENOENT");
  });

  it("ends a program together with the processes that it started", async () => {
    const { child, port } = parent("");
    const usedPort = await port;
    await child.stop();
    await expect.poll(() => isFree(usedPort)).toBe(true);
  });

  it("ends the processes that a program left running", async () => {
    const { child, port } = parent("process.exit(0)");
    const usedPort = await port;
    expect(await child.exited).toBe(0);
    await expect.poll(() => isFree(usedPort)).toBe(true);
  });
});
