/** The result of one check of the configuration. Never contains a secret. */
export interface Finding {
  /** What was checked, such as "redirect URI". */
  check: string;
  /** `warning`: works, but not as it should. `problem`: something will not work. */
  status: "ok" | "warning" | "problem";
  message: string;
  /** What to do about it. */
  remedy?: string;
  /** Set if the remedy needs the variables of .env.local: what `npm run setup` says about it. */
  afterSetup?: string;
}

/** Removes the user and password that a URL may have before its host. */
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

/** Where to find a field in Logto's console. */
export const inConsole = (field: string): string =>
  `In Logto's console, Applications > your application > Settings, field "${field}"`;
