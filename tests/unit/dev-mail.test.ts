import { createTransport, type SendMailOptions } from "nodemailer";
import { afterEach, describe, expect, it, vi } from "vitest";
import { printMail, startMail, type Mail, type MailServer } from "../../dev/mail";

let server: MailServer;
const received: Mail[] = [];

async function send(mail: SendMailOptions): Promise<Mail | undefined> {
  server = await startMail({ port: 0, onMail: (each) => received.push(each) });
  await createTransport(server.url).sendMail({ from: "App <app@example.com>", ...mail });
  return received.pop();
}

afterEach(() => server.close());

describe("the mail server", () => {
  it("delivers a mail, decoded, to whom it is for", async () => {
    const text = `Grüße: ${"a long line ".repeat(20)}`;
    const mail = await send({ to: "carol@example.com", subject: "Änderung", text, html: "<p>Grüße</p>" });
    expect(mail).toMatchObject({ to: "carol@example.com", subject: "Änderung", html: "<p>Grüße</p>\n" });
    expect(mail?.text.trim()).toBe(text.trim());
  });

  it("prints the receiver, the subject and the link whole", async () => {
    const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    const url = `http://localhost:3000/api/auth/callback/nodemailer?callbackUrl=%2F&token=${"a".repeat(64)}&email=c%40d.e`;
    const mail = await send({
      to: "c@d.e",
      subject: "Sign in",
      html: `<a href="${url.replaceAll("&", "&amp;")}">x</a>`,
    });
    if (mail) printMail(mail);
    const printed = written.mock.calls.map(([line]) => String(line)).join("");
    written.mockRestore();
    expect(printed).toContain("Mail to c@d.e: Sign in\n");
    expect(printed).toContain(`  ${url}\n`);
  });
});
