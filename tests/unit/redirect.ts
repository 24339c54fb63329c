import { expect } from "vitest";

/**
 * Returns the path that a page or action redirects to, if any. Next.js redirects by throwing an
 * error.
 */
export async function redirectOf(act: () => Promise<unknown>): Promise<string | undefined> {
  const thrown: unknown = await act().catch((error: unknown) => error);
  const digest = thrown instanceof Error && "digest" in thrown ? String(thrown.digest) : "";
  const [, path, status] = /^NEXT_REDIRECT;\w+;(.*);(\d+);$/.exec(digest) ?? [];
  if (path) expect(status).toBe("307");
  return path;
}
