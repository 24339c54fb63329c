import { expect } from "vitest";

/** Where a page or action redirects to, which Next does by a throw; undefined where it does not. */
export async function redirectOf(act: () => Promise<unknown>): Promise<string | undefined> {
  const thrown: unknown = await act().catch((error: unknown) => error);
  const digest = thrown instanceof Error && "digest" in thrown ? String(thrown.digest) : "";
  const [, path, status] = /^NEXT_REDIRECT;\w+;(.*);(\d+);$/.exec(digest) ?? [];
  if (path) expect(status).toBe("307");
  return path;
}
