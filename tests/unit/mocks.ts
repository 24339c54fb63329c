import { beforeEach, vi } from "vitest";

/*
 * Mocks of lib/log.ts and lib/logto/tokens.ts, which are reset before each test. Use them with
 * mock-request.ts or `vi.mock("@/lib/log", () => import("./mocks"))`.
 */

export const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
export const refreshTokens = vi.fn();
export const revokeGrant = vi.fn();
export const fetchUserinfo = vi.fn();
export const logtoSignOutUrl = vi.fn();

/** The refresh tokens that were sent to Logto for new tokens, in order. */
export const usedRefreshTokens = () => refreshTokens.mock.calls.map((call: unknown[]) => call[1]);

const all = [...Object.values(log), refreshTokens, revokeGrant, fetchUserinfo, logtoSignOutUrl];

beforeEach(() => {
  for (const mock of all) mock.mockReset();
  revokeGrant.mockResolvedValue(undefined);
});
