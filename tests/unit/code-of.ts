/** The code of the error with which a promise rejects. @returns undefined if it resolves */
export const codeOf = (pending: Promise<unknown>): Promise<unknown> =>
  pending.then(
    () => undefined,
    (error: unknown) => (error instanceof Error && "code" in error ? error.code : error),
  );
