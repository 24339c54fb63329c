import { afterEach, beforeEach, vi } from "vitest";

/** Makes the date of a file's tests, or of a group's, one that `advance` changes. Timers stay real. */
export function fakeDate(now?: number): void {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: now ?? Date.now() }));
  afterEach(() => void vi.useRealTimers());
}

export const advance = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);

/** The current time in seconds, as in tokens. */
export const seconds = () => Math.floor(Date.now() / 1000);
