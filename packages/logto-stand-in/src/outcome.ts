import type { User } from "./directory.js";
import type { Methods } from "./step-up.js";

/** The pages of an interaction: the values of its `screen` parameter. */
export const screens = [
  "sign-in",
  "register",
  "email-sign-in",
  "email-register",
  "code",
  "account",
  "step-up",
  "no-second-factor",
  "social",
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

/**
 * The result of a form: a user who has authenticated, another screen, a screen that shows an error,
 * or the end, because the user can't prove what the application asks for.
 */
export type Outcome =
  | { user: User; methods: Methods }
  | { goTo: Screen }
  | { stayOn: Screen; error: string; status?: number }
  | "given up";
