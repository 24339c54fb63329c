/** Resolves to false after a delay. Its timer does not keep the process alive. */
export const pause = (milliseconds: number) =>
  new Promise<false>((resolve) => void setTimeout(() => resolve(false), milliseconds).unref());
