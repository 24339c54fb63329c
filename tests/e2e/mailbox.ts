import { EventEmitter, once } from "node:events";
import { startMail, type Mail } from "../../dev/mail";
import type { Variables } from "../../dev/environment";

/** How long a mail may take, in milliseconds. */
const patience = 10_000;

/** A mail server that keeps what it gets. */
export interface Mailbox {
  /** What makes an app send its mails here. */
  variables: Variables;
  /** The oldest mail to an address that was not read yet, with the link in its text. @throws AbortError when none comes */
  next(to: string): Promise<Mail & { link: string }>;
  close(): Promise<void>;
}

/** Starts a mail server of the tests' own. */
export async function startMailbox(): Promise<Mailbox> {
  const unread: Mail[] = [];
  const arrivals = new EventEmitter();
  const onMail = (mail: Mail) => {
    unread.push(mail);
    arrivals.emit("mail");
  };
  const { url, close } = await startMail({ port: 0, onMail });
  return {
    variables: { EMAIL_SERVER: url, EMAIL_FROM: "Starter <starter@example.com>" },
    async next(to) {
      const signal = AbortSignal.timeout(patience);
      for (;;) {
        const index = unread.findIndex((mail) => mail.to === to);
        const [mail] = index === -1 ? [] : unread.splice(index, 1);
        if (mail) return { ...mail, link: /^https?:\S+$/m.exec(mail.text)?.[0] ?? "" };
        await once(arrivals, "mail", { signal });
      }
    },
    close,
  };
}
