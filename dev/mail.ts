import { once } from "node:events";
import PostalMime from "postal-mime";
import { SMTPServer } from "smtp-server";
import { paint, print } from "./terminal.mjs";

export interface Mail {
  to: string;
  subject: string;
  text: string;
  html: string;
}

export interface MailServer {
  /** For EMAIL_SERVER. */
  url: string;
  close(): Promise<void>;
}

/**
 * Starts a mail server on the loopback interface that delivers to `onMail` and nowhere else.
 *
 * @param options `port`: 0 for any free one
 * @throws the error of `listen` where the port is taken
 */
export async function startMail(options: { port: number; onMail(mail: Mail): void }): Promise<MailServer> {
  const smtp = new SMTPServer({
    // Without a certificate that anybody trusts, encryption would only make senders refuse.
    disabledCommands: ["STARTTLS", "AUTH"],
    disableReverseLookup: true,
    onData: (stream, session, done) => {
      void receive(
        stream,
        session.envelope.rcptTo.map(({ address }) => address),
      ).then((mail) => {
        options.onMail(mail);
        done();
      }, done);
    },
  });
  smtp.listen(options.port, "127.0.0.1");
  await once(smtp.server, "listening");
  const address = smtp.server.address();
  const port = address && typeof address === "object" ? address.port : options.port;
  return { url: `smtp://127.0.0.1:${port}`, close: () => new Promise((resolve) => smtp.close(resolve)) };
}

async function receive(stream: AsyncIterable<Buffer>, receivers: string[]): Promise<Mail> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  const { subject = "", text = "", html = "" } = await PostalMime.parse(Buffer.concat(chunks));
  return { to: receivers.join(", "), subject, text, html };
}

const link = /https?:\/\/[^\s"'<>]+/;

/** Prints who gets a mail, its subject and its first link. */
export function printMail({ to, subject, text, html }: Mail): void {
  const found = link.exec(text)?.[0] ?? link.exec(html)?.[0].replaceAll("&amp;", "&");
  print();
  print(`  ${paint("bold", "Mail")} to ${to}: ${subject}`);
  if (found) print(`  ${paint("cyan", found)}`);
  print();
}
