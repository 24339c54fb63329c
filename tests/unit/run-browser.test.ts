import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ensureBrowser, findBrowser } from "../run/browser";
import { temporaryFolder, writeIn } from "./temporary-folder";

const { print, launch, executablePath } = vi.hoisted(() => ({
  print: vi.fn(),
  launch: vi.fn(),
  executablePath: vi.fn(),
}));
vi.mock("@playwright/test", () => ({ chromium: { launch, executablePath } }));
vi.mock("../../dev/terminal.mjs", () => ({
  print,
  showStep: async (_doing: string, _done: string, child: { exited: Promise<number> }) =>
    (await child.exited) === 0,
}));

let root: string;
const own = () => path.join(root, "own-browser");
const printed = () => print.mock.calls.join("\n");

/** Puts a script in place of Playwright's command. */
const playwright = (script: string) =>
  writeIn(root, "node_modules/@playwright/test/cli.js", script);

/** Puts a program in the only folder of PATH. */
function install(name: string, script = ""): string {
  const file = path.join(root, name);
  writeFileSync(file, script, { mode: 0o755 });
  return file;
}

beforeEach(() => {
  root = temporaryFolder();
  vi.stubEnv("PATH", root);
  print.mockReset();
  executablePath.mockReturnValue(own());
  launch.mockReset().mockResolvedValue({ close: () => Promise.resolve() });
});

describe("the browser of the end-to-end tests", () => {
  it.skipIf(process.platform !== "linux")("is Playwright's own, else the system's", () => {
    expect(findBrowser()).toBeUndefined();
    install("chromium");
    const executablePath = install("chromium-headless-shell");
    expect(findBrowser()).toMatchObject({ executablePath });
    writeFileSync(own(), "");
    expect(findBrowser()).not.toHaveProperty("executablePath");
  });

  it("is downloaded by Playwright if there is none", async () => {
    playwright(`require("node:fs").writeFileSync(${JSON.stringify(own())}, "")`);
    expect(await ensureBrowser(root)).toBeDefined();
    expect(launch).toHaveBeenCalledOnce();
  });

  it("is not installed by the system's package manager: what to install is printed", async () => {
    const record = path.join(root, "called");
    for (const name of ["apt-get", "sudo"]) install(name, `#!/bin/sh\n: > ${record}\n`);
    playwright("process.exit(1)");
    expect(await ensureBrowser(root)).toBeUndefined();
    expect(existsSync(record)).toBe(false);
    expect(printed()).toContain("apt-get install chromium-headless-shell fonts-liberation");
  });

  it("is reported with the reason if it does not start", async () => {
    writeFileSync(own(), "");
    launch.mockRejectedValue(new Error("libnss3.so: cannot open shared object file"));
    expect(await ensureBrowser(root)).toBeUndefined();
    expect(printed()).toMatch(/libnss3\.so[^]*apt-get install chromium-headless-shell/);
  });
});
