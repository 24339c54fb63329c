/**
 * What one look at the configuration gave. It names variables and addresses, and never holds a
 * secret.
 */
export interface Finding {
  /** What was looked at, such as "redirect URI". */
  check: string;
  /** `warning`: works, though not as it should. `problem`: something will not work. */
  status: "ok" | "warning" | "problem";
  message: string;
  /** What to do about it. */
  remedy?: string;
}

/** Addresses may have a password before their host. */
const withoutPasswords = (text: string) => text.replace(/\/\/[^/\s]*@/g, "//");

const finding =
  (status: "warning" | "problem") =>
  (check: string, message: string, remedy: string): Finding => ({
    check,
    status,
    message: withoutPasswords(message),
    remedy,
  });

export const ok = (check: string, message: string): Finding => ({
  check,
  status: "ok",
  message: withoutPasswords(message),
});
export const warning = finding("warning");
export const problem = finding("problem");

/** Where something is switched in Logto's console. */
export const inConsole = (field: string): string =>
  `In Logto's console, Applications > your application > Settings, field "${field}"`;
