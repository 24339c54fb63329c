type Fields = Record<string, string | number | boolean | undefined>;

/** One line: what happened, then its details. Line breaks within are folded, so that a line can't be forged. */
function line(event: string, fields: Fields): string {
  const details = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return ["[auth]", event, ...details].join(" ").replace(/\s*[\r\n]+\s*/g, " ");
}

/**
 * The operator's log: one line an event, without stack traces. Callers give neither tokens nor secrets.
 *
 * `info` is for what works, `warn` for what a user or provider did wrong, `error` for what the operator has to mend.
 */
export const log = {
  info: (event: string, fields: Fields = {}) => {
    console.info(line(event, fields));
  },
  warn: (event: string, fields: Fields = {}) => {
    console.warn(line(event, fields));
  },
  error: (event: string, fields: Fields = {}) => {
    console.error(line(event, fields));
  },
};
