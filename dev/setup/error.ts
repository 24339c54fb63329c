/** The setup can't continue; the message is a sentence for the developer. */
export class SetupError extends Error {
  override name = "SetupError";
}
