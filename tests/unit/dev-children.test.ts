import { describe, expect, it, vi } from "vitest";
import { start } from "../../dev/children.mjs";
import { isFree } from "../../dev/ports";

const node = (script: string, onLine?: (line: string) => void) =>
  start(process.execPath, ["-e", script], onLine ? { onLine } : {});

/**
 * A program that starts another one, which listens on a port, and once that does, does what
 * `script` says. That nothing listens any more tells of its end more surely than its process id,
 * which a machine may keep until somebody asks for it.
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
  it("gives the exit code and everything that was printed", async () => {
    const child = node(`console.log("one"); console.error("two"); process.exitCode = 3`);
    expect(await child.exited).toBe(3);
    expect(child.output().split("\n").sort()).toEqual(["", "one", "two"]);
  });

  it("hands on whole lines, the last one without a line break included", async () => {
    const lines: string[] = [];
    await node(`process.stdout.write("o"); process.stdout.write("ne\\ntwo")`, (line) =>
      lines.push(line),
    ).exited;
    expect(lines).toEqual(["one", "two"]);
  });

  it("fails, and says why, where there is no such program", async () => {
    const child = start("no-such-program", []);
    expect(await child.exited).toBe(1);
    expect(child.output()).toContain("ENOENT");
  });

  it("ends what a program started together with it", async () => {
    const { child, port } = parent("");
    const held = await port;
    await child.stop();
    await expect.poll(() => isFree(held)).toBe(true);
  });

  it("ends what a program left behind", async () => {
    const { child, port } = parent("process.exit(0)");
    const held = await port;
    expect(await child.exited).toBe(0);
    await expect.poll(() => isFree(held)).toBe(true);
  });
});
