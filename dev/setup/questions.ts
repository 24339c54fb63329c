import {
  isCancel,
  password,
  text,
  updateSettings,
  type CANCEL_SYMBOL,
  type CommonOptions,
} from "@clack/prompts";
import { SetupError } from "./error";

// Ctrl-D, in addition to Ctrl-C and Escape.
updateSettings({ aliases: { "\u0004": "cancel" } });

/** @throws SetupError if the user cancels the question */
export async function replyTo<T>(question: Promise<T | typeof CANCEL_SYMBOL>): Promise<T> {
  const reply = await question;
  if (isCancel(reply)) throw new SetupError("Cancelled.");
  return reply;
}

/**
 * Asks for the value of a variable.
 *
 * @param current used if the user presses Enter; "": the value is optional; undefined: it is needed
 * @param isSecret true: does not show what the user types
 */
export async function askFor(
  message: string,
  current: string | undefined,
  isSecret: boolean,
  terminal: CommonOptions = {},
): Promise<string> {
  const validate = (value = "") =>
    value.trim() || current !== undefined ? undefined : "This value is needed.";
  const hint = current && isSecret ? " (press Enter to leave it unchanged)" : "";
  const question = isSecret
    ? password({ message: message + hint, validate, ...terminal })
    : text({ message, placeholder: current, defaultValue: current, validate, ...terminal });
  return (await replyTo(question)).trim() || (current ?? "");
}
