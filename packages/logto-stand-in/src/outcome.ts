import type { User } from "./directory.js";

/** The pages of an interaction: the values of its `screen` parameter. */
export const screens = [
  "sign-in",
  "register",
  "email-sign-in",
  "email-register",
  "code",
  "account",
] as const;
export type Screen = (typeof screens)[number];

/**
 * Why a form was rejected: the error as a sentence, and the typed values (never the password or the
 * code).
 */
export interface RejectedForm {
  error: string;
  values: Readonly<Record<string, string>>;
}

/** The result of a form: a signed-in user, another screen, or a screen that shows an error. */
export type Outcome =
  { user: User } | { goTo: Screen } | { stayOn: Screen; error: string; status?: number };
