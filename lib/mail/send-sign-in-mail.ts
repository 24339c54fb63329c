import { createTransport } from "nodemailer";
import type { NodemailerConfig } from "next-auth/providers/nodemailer";
import { signInMail } from "./sign-in-mail";

/** How long a link in a mail is good, in seconds. */
export const linkLifetime = 15 * 60;
/** How long the mail server may take, in milliseconds. */
const timeout = 10_000;

/** A mail could not be sent. The message is the mail server's code, without addresses. */
export class MailError extends Error {
  override name = "MailError";
}

/**
 * Sends the mail with the link that signs somebody in.
 *
 * @throws MailError when the mail server can't be reached or refuses it
 */
export const sendSignInMail: NodemailerConfig["sendVerificationRequest"] = async (request) => {
  const { identifier: to, url, provider, expires } = request;
  const mail = signInMail({ url, host: new URL(url).host, expires });
  const transport = createTransport({
    url: typeof provider.server === "string" ? provider.server : "",
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
  });
  try {
    await transport.sendMail({ to, from: provider.from, ...mail });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    throw new MailError(`the mail server: ${code}`, { cause: error });
  }
};
