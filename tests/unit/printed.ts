import process from "node:process";
import { vi } from "vitest";

/** Runs a command in this process. @returns its exit code, and what it printed */
export async function printing(
  command: () => Promise<number>,
): Promise<{ code: number; printed: string }> {
  const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    const code = await command();
    return { code, printed: written.mock.calls.map(([text]) => String(text)).join("") };
  } finally {
    written.mockRestore();
  }
}
