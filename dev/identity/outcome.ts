import type { User } from "./directory";

/** The pages of an interaction, as its `screen` parameter names them. */
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
 * Why a form was refused: the error as a sentence, and what was typed (never the password or the
 * code).
 */
export interface Refusal {
  error: string;
  values: Readonly<Record<string, string>>;
}

/**
 * What a form leads to: a signed-in user, another screen, or a screen that says why it was refused.
 */
export type Outcome =
  { user: User } | { goTo: Screen } | { stayOn: Screen; error: string; status?: number };
