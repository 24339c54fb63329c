import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";

/**
 * An empty folder that is there until the test that asks for it, itself or in `beforeEach`, is
 * over.
 */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "unit-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}
