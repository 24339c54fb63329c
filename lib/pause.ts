/** Resolves to false after a time. It doesn't keep a process alive. */
export const pause = (milliseconds: number) =>
  new Promise<false>((resolve) => void setTimeout(() => resolve(false), milliseconds).unref());
